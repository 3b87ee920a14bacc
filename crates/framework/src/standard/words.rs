//! A rule in words: the sentence "how this is decided", written from the rule itself.

use aims_record::{Field, Kind, Kinds, Shape};

use super::{
    About, Block, Bound, FieldTest, Filter, Grade, Holder, Interval, Limit, Linked, MajorWhen, Named, Need, Path,
    Place, Quantifier, Records, Reference, Rule, Test,
};

/// How a rule decides, one line for the population and one for each need, deeper needs indented.
pub fn sentence(rule: &Rule, kinds: &Kinds) -> String {
    let words = Words { kinds };
    let mut lines = vec![words.about(&rule.about)];
    for need in &rule.needs {
        words.need(need, 1, &mut lines);
    }
    if let Some(judgement) = &rule.judgement {
        let role = kinds.roles.get(&judgement.by).map_or(judgement.by.as_str(), String::as_str);
        lines.push(format!(
            "Then a person with the role {role} judges, at least every {}: {}",
            judgement.every, judgement.question
        ));
    }
    lines.join("\n")
}

struct Words<'k> {
    kinds: &'k Kinds,
}

impl Words<'_> {
    fn about(&self, about: &About) -> String {
        match about {
            About::Organization => "For the organization as one:".to_owned(),
            About::Every { kind, filter, if_empty } => {
                let which = self.filter(kind, filter, " where ");
                let unless = if_empty.unless.as_ref().map(|b| format!(", unless {}", self.block(b, Some(kind))));
                let empty = grade(if_empty.otherwise.grade);
                format!(
                    "For every {}{which} (where there is none: {empty}{}):",
                    self.title(kind),
                    unless.unwrap_or_default()
                )
            }
        }
    }

    fn need(&self, need: &Need, depth: usize, lines: &mut Vec<String>) {
        let otherwise = &need.otherwise;
        let major = match &otherwise.major_when {
            Some(MajorWhen::AllFail) => ", major where it fails for all",
            Some(MajorWhen::Subject(_)) => ", major for some subjects",
            None => "",
        };
        let indent = "  ".repeat(depth);
        let when = need.when.as_ref().map(|b| format!("where {}: ", self.block(b, None))).unwrap_or_default();
        let what = format!("{when}{}", self.block(&need.block, None));
        lines.push(format!("{indent}- {what}; otherwise {}{major}: {}", grade(otherwise.grade), otherwise.say));
        for then in &need.then {
            self.need(then, depth + 1, lines);
        }
    }

    fn block(&self, block: &Block, subject: Option<&str>) -> String {
        match block {
            Block::Records(records) => self.records(records),
            Block::This(filter) => format!("it has {}", self.tests(subject, filter)),
            Block::AnyOf(blocks) => self.several(blocks, ", or "),
            Block::AllOf(blocks) => self.several(blocks, ", and "),
            Block::Predicate(name) => format!("the named check `{name}` holds"),
        }
    }

    fn several(&self, blocks: &[Block], between: &str) -> String {
        blocks.iter().map(|b| self.block(b, None)).collect::<Vec<_>>().join(between)
    }

    fn records(&self, records: &Records) -> String {
        let kind = self.title(&records.kind);
        let which = self.filter(&records.kind, &records.filter, " where ");
        let linked = self.linked(&records.kind, &records.linked);
        let must = self.filter(&records.kind, &records.must, " has ");
        match &records.quantifier {
            Quantifier::Some => format!("there is {}{linked}{which}{must}", with_article(&kind)),
            Quantifier::None => format!("there is no {kind}{linked}{which}{must}"),
            Quantifier::Each => format!("each {kind}{linked}{which}{must}, and there is at least one"),
            Quantifier::ExactlyOne => format!("there is exactly one {kind}{linked}{which}{must}"),
            Quantifier::AtLeast(n) => format!("there are at least {n} records of {kind}{linked}{which}{must}"),
            Quantifier::Latest(by) => format!("the latest {kind}{linked}{which} by `{}`{must}", by.label),
            Quantifier::Covering { field, options, or } => {
                let options = self.options(&records.kind, &field.written(), options, ", ");
                let places: String = or.iter().map(|p| self.place(p)).collect();
                format!(
                    "records of {kind}{linked}{which}{must} cover, as `{}`, each of: {options}{places}",
                    field.label
                )
            }
        }
    }

    fn place(&self, place: &Place) -> String {
        let which = self.filter(&place.kind, &place.filter, " where ");
        let linked = self.linked(&place.kind, &place.linked);
        format!(", or {}{linked}{which} names it as `{}`", with_article(&self.title(&place.kind)), place.field.label)
    }

    fn linked(&self, kind: &str, linked: &Linked) -> String {
        match linked {
            Linked::Anywhere => String::new(),
            Linked::Their(field) => format!(" that names it as {}", self.label(kind, field)),
            Linked::Ours(field) => format!(" that it names as `{field}`"),
        }
    }

    fn filter(&self, kind: &str, filter: &Filter, before: &str) -> String {
        if filter.tests.is_empty() {
            return String::new();
        }
        format!("{before}{}", self.tests(Some(kind), filter))
    }

    fn tests(&self, kind: Option<&str>, filter: &Filter) -> String {
        filter.tests.iter().map(|t| self.test(kind, t)).collect::<Vec<_>>().join(" and ")
    }

    fn test(&self, kind: Option<&str>, test: &Test) -> String {
        match test {
            Test::State(states) => format!("state {}", self.states(kind, states)),
            Test::NotState(states) => format!("state other than {}", self.states(kind, states)),
            Test::Field(path, test) => self.field(kind, path, test),
            Test::AnyOf(filters) => {
                let all: Vec<_> = filters.iter().map(|f| self.tests(kind, f)).collect();
                format!("({})", all.join(" or "))
            }
            Test::Not(filter) => format!("not ({})", self.tests(kind, filter)),
            Test::When(first, then) => {
                format!("(where {}, {})", self.tests(kind, first), self.tests(kind, then))
            }
            Test::Term(term) => format!("{} (`{}`)", term.say, term.id),
            Test::Has(block) => format!("({})", self.block(block, kind)),
        }
    }

    fn field(&self, kind: Option<&str>, path: &Path, test: &FieldTest) -> String {
        let label = &path.label;
        let options = |options: &[String], between: &str| match kind {
            Some(kind) => self.options(kind, &path.written(), options, between),
            None => options.join(between),
        };
        match test {
            FieldTest::Set(true) => format!("`{label}` filled in"),
            FieldTest::Set(false) => format!("`{label}` left open"),
            FieldTest::Flag(flag) => format!("`{label}` {}", if *flag { "yes" } else { "no" }),
            FieldTest::In(all) => format!("`{label}` {}", options(all, " or ")),
            FieldTest::Covers(all) => format!("`{label}` covering {}", options(all, ", ")),
            FieldTest::CoversControls(f) => format!("`{label}` naming each control of {f} exactly once"),
            FieldTest::NotIn(all) => format!("`{label}` filled in and not {}", options(all, " or ")),
            FieldTest::Includes(other) => format!("`{label}` including {}", reference(other)),
            FieldTest::Equals(other) => format!("`{label}` the same as {}", reference(other)),
            FieldTest::Differs(other) => format!("`{label}` other than {}", reference(other)),
            FieldTest::Names(Named::Subject) => format!("`{label}` naming the subject"),
            FieldTest::Names(Named::About) => format!("`{label}` naming the record that this is decided for"),
            FieldTest::CountAtLeast(n) => format!("`{label}` with at least {n}"),
            FieldTest::AtLeast(x) => format!("`{label}` at least {}", limit(x)),
            FieldTest::AtMost(x) => format!("`{label}` at most {}", limit(x)),
            FieldTest::InTime { from, interval: i } => {
                format!("`{label}` no later than {} after {}, or that time still running", interval(i), reference(from))
            }
            FieldTest::LengthAtLeast(n) => format!("`{label}` of at least {n} characters"),
            FieldTest::Within(i) => format!("`{label}` within {}", interval(i)),
            FieldTest::Past => format!("`{label}` today or earlier"),
            FieldTest::NotPast => format!("`{label}` today or later"),
            FieldTest::NotAfter(b) => format!("`{label}` not after {}", bound(b)),
            FieldTest::NotBefore(b) => format!("`{label}` not before {}", bound(b)),
            FieldTest::Held { roles, at } => {
                let roles = self.roles(roles);
                match at {
                    Some(at) => format!("`{label}` who held the role {roles} at {}", reference(at)),
                    None => format!("`{label}` who holds the role {roles} now"),
                }
            }
            FieldTest::ApartFrom(other) => format!("`{label}` not the same person as {}", reference(other)),
            FieldTest::EachLinked(f) => format!("`{label}` each with {}", self.tests(None, f)),
            FieldTest::SomeLinked(f) => format!("`{label}` at least one with {}", self.tests(None, f)),
            FieldTest::EachRow(f) => format!("each row of `{label}` with {}", self.tests(None, f)),
            FieldTest::SomeRow(f) => format!("a row of `{label}` with {}", self.tests(None, f)),
        }
    }

    fn title(&self, kind: &str) -> String {
        self.kinds.get(kind).map_or_else(|| kind.to_owned(), |k| k.title.clone())
    }

    fn label(&self, kind: &str, field: &str) -> String {
        let first = field.split('.').next().unwrap_or(field);
        let found = self.kinds.get(kind).and_then(|k| k.field(first));
        format!("`{}`", found.map_or(field, |f| &f.label))
    }

    fn states(&self, kind: Option<&str>, states: &[String]) -> String {
        let kind: Option<&Kind> = kind.and_then(|k| self.kinds.get(k));
        let label = |s: &String| kind.and_then(|k| k.lifecycle.state(s)).map_or_else(|| s.clone(), |s| s.label.clone());
        states.iter().map(label).collect::<Vec<_>>().join(" or ")
    }

    fn roles(&self, roles: &[String]) -> String {
        let title = |r: &String| self.kinds.roles.get(r).cloned().unwrap_or_else(|| r.clone());
        roles.iter().map(title).collect::<Vec<_>>().join(" or ")
    }

    fn options(&self, kind: &str, field: &str, options: &[String], between: &str) -> String {
        let known: &[(String, String)] = match self.kinds.get(kind).and_then(|k| k.field(field)) {
            Some(Field { shape: Shape::Choice { options }, .. }) => options,
            _ => &[],
        };
        let label = |o: &String| known.iter().find(|(id, _)| id == o).map_or_else(|| o.clone(), |(_, l)| l.clone());
        options.iter().map(label).collect::<Vec<_>>().join(between)
    }
}

fn reference(reference: &Reference) -> String {
    let label = &reference.path.label;
    match reference.holder {
        Holder::Row => format!("`{label}` of the row"),
        Holder::Record => format!("`{label}`"),
        Holder::Subject => format!("the subject's `{label}`"),
        Holder::About => format!("`{label}` of the record that this is decided for"),
    }
}

fn interval(interval: &Interval) -> String {
    match interval {
        Interval::Parameter { parameter, default, .. } => {
            format!("the organization's own interval `{parameter}` (practice proposes {default}; nothing is assumed)")
        }
        Interval::Field(field) => format!("the time in {}", reference(field)),
        Interval::Fixed(span) => span.to_string(),
    }
}

fn bound(bound: &Bound) -> String {
    let day = reference(&bound.reference);
    bound.plus.as_ref().map_or(day.clone(), |plus| format!("{} after {day}", interval(plus)))
}

fn limit(limit: &Limit) -> String {
    match limit {
        Limit::Number(number) => number.clone(),
        Limit::Duration(span) => span.to_string(),
        Limit::Field(field) => reference(field),
        Limit::Parameter { parameter, default } => {
            format!("the organization's own value `{parameter}` (practice proposes {default}; nothing is assumed)")
        }
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Major => "a major nonconformity is proposed",
        Grade::Minor => "a minor nonconformity is proposed",
        Grade::OwnRule => "our own rule is not met",
        Grade::NotEvidenced => "it is not evidenced",
    }
}

/// "a dataset", "an AI system".
fn with_article(title: &str) -> String {
    let article = if title.starts_with(|c: char| "aeiouAEIO".contains(c)) { "an" } else { "a" };
    format!("{article} {title}")
}
