//! Examples that close each verb's help. A test holds that every verb has some, and that every line of them is understood.

pub const ROOT: &str = "\
Exit codes: 0 done or sound; 1 refused, altered, or findings at --fail-on; 2 misused or cannot tell; 3 the store failed.

Examples:
  aims demo
  aims init demo-org --sample
  aims check --dir demo-org --as-of 2026-11-20";

pub const INIT: &str = "\
Examples:
  aims init acme --name \"Acme Insurance\" --founder \"Mara Silva\" --founder-key mara
  aims init demo-org --sample
  aims init clean-org --sample clean";

pub const DEMO: &str = "\
Examples:
  aims demo
  aims demo --sample clean
  aims demo --once
  aims demo --dir demo-org";

pub const SERVE: &str = "\
Examples:
  aims serve --dir demo-org
  aims serve --dir demo-org --port 9000
  aims serve --dir /srv/aims --public-url https://aims.example.org
  aims serve --config /etc/aims/aims.toml";

pub const KINDS: &str = "\
Examples:
  aims kinds
  aims kinds ai-system
  aims kinds ai-system --template
  aims kinds risk --schema";

pub const RECORD: &str = "\
Examples:
  aims record policy --key policy-ai --field title=\"AI policy\" --field text=@policy.md
  aims record --file policy.yaml --why \"first draft\"
  aims record supplier --json supplier.json
  aims record supplier --json - --idem order-4711";

pub const AMEND: &str = "\
Examples:
  aims amend SYS-0007 --field intended_purpose=\"Ranks claims\" --why \"narrowed\"
  aims amend SYS-0007 --version 4 --unset notes
  aims amend supplier-north --json changes.json";

pub const MOVE: &str = "\
Examples:
  aims move policy-ai approve --as mara
  aims move SYS-0007 deploy --version 6 --why \"release 2.1\"";

pub const SIGN: &str = "\
Examples:
  aims sign IMP-0003 --as mara
  aims sign policy-ai --meaning \"approved as top management\"";

pub const LINK: &str = "\
Examples:
  aims link SYS-0007 models MOD-0002
  aims link RISK-0041 controls human-review --why \"added in the treatment plan\"";

pub const UNLINK: &str = "\
Examples:
  aims unlink SYS-0007 models MOD-0002";

pub const ATTACH: &str = "\
Examples:
  aims attach POL-0001 signed-policy.pdf --as-field file
  aims attach IMP-0003 scan.png --name \"Workshop notes.png\"";

pub const WITHDRAW: &str = "\
Examples:
  aims withdraw RISK-0041 --why \"recorded twice, see RISK-0040\"";

pub const DISPOSE: &str = "\
Examples:
  aims dispose --due
  aims dispose USE-0003 --basis \"retention ended, reviewed by the AIMS manager\"";

pub const ERASE: &str = "\
Examples:
  aims erase PER-0009 --approver mara --approver jonas --basis \"her request\" --rule \"GDPR 17\"";

pub const SHOW: &str = "\
Examples:
  aims show POL-0001
  aims show policy-ai --as-of 2026-03-31
  aims show policy-ai --as-of 41";

pub const HISTORY: &str = "\
Examples:
  aims history POL-0001";

pub const LIST: &str = "\
Examples:
  aims list
  aims list risk --state open
  aims list --text triage --limit 20";

pub const PLAN: &str = "\
Examples:
  aims plan records";

pub const APPLY: &str = "\
Examples:
  aims apply records
  aims apply records --yes --as mara";

pub const IMPORT: &str = "\
Formats: model-card, dataset-card, cyclonedx, spdx, croissant; sheet (CSV or XLSX, with --kind).

Examples:
  aims import model-card README.md --plan
  aims import cyclonedx sbom.cdx.json --yes --as mara
  aims import sheet suppliers.xlsx --kind supplier --plan
  aims import sheet suppliers.csv --kind supplier --match Site=website --valid-only --yes --as mara";

pub const EXPORT: &str = "\
Examples:
  aims export bundle --out bundle
  aims export bundle --without-personal";

pub const VERIFY: &str = "\
Examples:
  aims verify
  aims verify bundle";

pub const RECEIPT: &str = "\
Examples:
  aims receipt POL-0001 --out policy.tlog-proof
  aims receipt 41";

pub const CHECKPOINT: &str = "\
Examples:
  aims checkpoint";

pub const CHECK: &str = "\
Examples:
  aims check
  aims check --system SYS-0007
  aims check --requirement 8.4-a --as-of 2026-03-31
  aims check --clause A.6 --fail-on minor
  aims check --since 2026-10-01 --fail-on minor
  aims check --on 2027-01-31";

pub const EXPLAIN: &str = "\
Examples:
  aims explain 8.4-a
  aims explain 8.4 SYS-0007
  aims explain A.6.2.4 --as-of 2026-03-31";

pub const DIFF: &str = "\
Examples:
  aims diff 2026-03-31
  aims diff 2026-03-31 2026-06-30 --clause 8";

pub const FORECAST: &str = "\
Examples:
  aims forecast
  aims forecast --days 365";

pub const READINESS: &str = "\
Examples:
  aims readiness
  aims readiness --as-of 2026-03-31";

pub const FRAMEWORKS: &str = "\
Examples:
  aims frameworks";

pub const COMPLETIONS: &str = "\
Examples:
  aims completions bash
  aims completions zsh";
