//! Every way to break a rule a little: one node left out, inverted or changed at a time.

pub mod near;

use aims_framework::standard::{
    About, Block, FieldTest, Filter, Grade, MajorWhen, Need, Next, Quantifier, Records, Rule, Test,
};

/// The mutant of this number, and what was changed; nothing where there are fewer.
pub fn mutant(rule: &Rule, number: usize) -> Option<(Rule, String)> {
    let mut rule = rule.clone();
    let mut change = Change { number, seen: 0, done: None };
    change.rule(&mut rule);
    change.done.map(|done| (rule, done))
}

struct Change {
    number: usize,
    seen: usize,
    done: Option<String>,
}

impl Change {
    /// Whether this is the place to change.
    fn here(&mut self, what: impl FnOnce() -> String) -> bool {
        let here = self.done.is_none() && self.seen == self.number;
        self.seen += 1;
        if here {
            self.done = Some(what());
        }
        here
    }

    fn rule(&mut self, rule: &mut Rule) {
        if let About::Every { filter, if_empty, .. } = &mut rule.about {
            self.filter(filter, "where");
            if if_empty.unless.is_some() && self.here(|| "if_empty: `unless` left out".to_owned()) {
                if_empty.unless = None;
            }
            if let Some(unless) = &mut if_empty.unless {
                self.block(unless, "if_empty.unless");
            }
            self.grade(&mut if_empty.otherwise.grade, "if_empty");
        }
        self.needs(&mut rule.needs, "needs");
        if rule.judgement.is_some() && self.here(|| "`judgement` left out".to_owned()) {
            rule.judgement = None;
        }
    }

    fn needs(&mut self, needs: &mut Vec<Need>, path: &str) {
        for n in 0..needs.len() {
            let path = format!("{path}.{}", n + 1);
            if self.here(|| format!("{path}: need left out")) {
                // what stands below it is asked all the same, so that only this need is missing
                let below = std::mem::take(&mut needs[n].then);
                needs.splice(n..=n, below);
                return;
            }
            let need = &mut needs[n];
            if need.when.is_some() && self.here(|| format!("{path}: `when` left out")) {
                need.when = None;
            }
            if let Some(when) = &mut need.when {
                self.block(when, &format!("{path}.when"));
            }
            self.block(&mut need.block, &path);
            self.grade(&mut need.otherwise.grade, &path);
            if need.otherwise.major_when.is_some() && self.here(|| format!("{path}: `major_when` left out")) {
                need.otherwise.major_when = None;
            }
            if let Some(MajorWhen::Subject(filter)) = &mut need.otherwise.major_when {
                self.filter(filter, &format!("{path}.major_when"));
            }
            let written = matches!(need.otherwise.next, Some(Next::Record(_) | Next::Amend(_) | Next::Move(_)));
            if written && self.here(|| format!("{path}: `next` left out")) {
                need.otherwise.next = None;
            }
            self.needs(&mut need.then, &format!("{path}.then"));
        }
    }

    fn grade(&mut self, grade: &mut Grade, path: &str) {
        if self.here(|| format!("{path}: another grade")) {
            *grade = match grade {
                Grade::Minor => Grade::OwnRule,
                _ => Grade::Minor,
            };
        }
    }

    fn block(&mut self, block: &mut Block, path: &str) {
        match block {
            Block::Records(records) => self.records(records, path),
            Block::This(filter) => {
                if self.here(|| format!("{path}: `this` inverted")) {
                    let inner = std::mem::take(filter);
                    filter.tests.push(Test::Not(inner));
                    return;
                }
                self.filter(filter, &format!("{path}.this"));
            }
            Block::AnyOf(blocks) | Block::AllOf(blocks) => {
                for n in 0..blocks.len() {
                    let path = format!("{path}.{}", n + 1);
                    if blocks.len() > 1 && self.here(|| format!("{path}: block left out")) {
                        blocks.remove(n);
                        return;
                    }
                    self.block(&mut blocks[n], &path);
                }
                self.other_way(block, path);
            }
            Block::Predicate(name) => {
                if self.here(|| format!("{path}: `{name}` always holds")) {
                    *block = Block::AllOf(Vec::new());
                }
            }
        }
    }

    /// "any" for "all" and the other way round.
    fn other_way(&mut self, block: &mut Block, path: &str) {
        let (Block::AnyOf(blocks) | Block::AllOf(blocks)) = &*block else { return };
        if blocks.len() < 2 || !self.here(|| format!("{path}: any for all")) {
            return;
        }
        *block = match std::mem::replace(block, Block::AnyOf(Vec::new())) {
            Block::AnyOf(blocks) => Block::AllOf(blocks),
            Block::AllOf(blocks) => Block::AnyOf(blocks),
            other => other,
        };
    }

    fn records(&mut self, records: &mut Records, path: &str) {
        let kind = records.kind.clone();
        if self.here(|| format!("{path}: `{kind}`: {} instead", other(&records.quantifier).1)) {
            records.quantifier = other(&records.quantifier).0;
            return;
        }
        if let Quantifier::Covering { options, or, .. } = &mut records.quantifier {
            if options.len() > 1 && self.here(|| format!("{path}: last option left out")) {
                options.pop();
            }
            if !or.is_empty() && self.here(|| format!("{path}: `or` left out")) {
                or.clear();
            }
            for place in or {
                self.filter(&mut place.filter, &format!("{path}.or"));
            }
        }
        self.filter(&mut records.filter, &format!("{path}.where"));
        self.filter(&mut records.must, &format!("{path}.must"));
    }

    fn filter(&mut self, filter: &mut Filter, path: &str) {
        for n in 0..filter.tests.len() {
            let what = name(&filter.tests[n]);
            if self.here(|| format!("{path}.{what}: test left out")) {
                filter.tests.remove(n);
                return;
            }
            if self.here(|| format!("{path}.{what}: test inverted")) {
                let test = filter.tests.remove(n);
                filter.tests.insert(n, Test::Not(Filter { tests: vec![test] }));
                return;
            }
            self.inside(&mut filter.tests[n], &format!("{path}.{what}"));
        }
    }

    fn inside(&mut self, test: &mut Test, path: &str) {
        match test {
            Test::AnyOf(filters) => {
                for n in 0..filters.len() {
                    if self.here(|| format!("{path}.{}: alternative left out", n + 1)) {
                        filters.remove(n);
                        return;
                    }
                    self.filter(&mut filters[n], &format!("{path}.{}", n + 1));
                }
            }
            Test::Not(filter) => self.filter(filter, path),
            Test::When(first, then) => {
                self.filter(first, &format!("{path}.if"));
                self.filter(then, &format!("{path}.then"));
            }
            Test::Has(block) => self.block(block, path),
            Test::Field(_, test) => self.field(test, path),
            Test::State(_) | Test::NotState(_) | Test::Term(_) => {}
        }
    }

    fn field(&mut self, test: &mut FieldTest, path: &str) {
        let (FieldTest::EachLinked(filter)
        | FieldTest::SomeLinked(filter)
        | FieldTest::EachRow(filter)
        | FieldTest::SomeRow(filter)) = test
        else {
            return;
        };
        self.filter(filter, path);
        if self.here(|| format!("{path}: some for each, or each for some")) {
            let filter = filter.clone();
            *test = match test {
                FieldTest::EachLinked(_) => FieldTest::SomeLinked(filter),
                FieldTest::SomeLinked(_) => FieldTest::EachLinked(filter),
                FieldTest::EachRow(_) => FieldTest::SomeRow(filter),
                _ => FieldTest::EachRow(filter),
            };
        }
    }
}

fn other(quantifier: &Quantifier) -> (Quantifier, &'static str) {
    match quantifier {
        Quantifier::Some | Quantifier::Latest(_) => (Quantifier::None, "none"),
        Quantifier::AtLeast(_) => (Quantifier::Some, "some"),
        Quantifier::None | Quantifier::Each | Quantifier::ExactlyOne | Quantifier::Covering { .. } => {
            (Quantifier::Some, "some")
        }
    }
}

fn name(test: &Test) -> String {
    match test {
        Test::State(_) | Test::NotState(_) => "state".to_owned(),
        Test::Field(path, test) => {
            let test = format!("{test:?}");
            let word: String = test.chars().take_while(char::is_ascii_alphabetic).collect();
            format!("{} ({word})", path.written())
        }
        Test::AnyOf(_) => "any_of".to_owned(),
        Test::Not(_) => "not".to_owned(),
        Test::When(..) => "when".to_owned(),
        Test::Term(term) => format!("term {}", term.id),
        Test::Has(_) => "has".to_owned(),
    }
}
