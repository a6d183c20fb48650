//! The report and its page, on a fictitious example.

use std::collections::BTreeSet;

use kindreflex::inspection::report::document::{
    Audience, Corrects, ReactionType, Reason, ReportDocument, ReportKind,
};
use kindreflex::inspection::report::page::{STYLE, render};
use kindreflex::text::Language;
use serde_json::Value;

const EXAMPLE: &str = include_str!("../data/report.json");
const LANGUAGES: [(&str, Language); 3] = [
    ("nl", Language::Nl),
    ("fr", Language::Fr),
    ("en", Language::En),
];

fn example() -> ReportDocument {
    serde_json::from_str(EXAMPLE).expect("it is there")
}

fn draft() -> ReportDocument {
    let mut report = example();
    report.kind = ReportKind::Draft;
    report.number = None;
    report.themes.iter_mut().for_each(|theme| {
        let findings = theme.findings.iter_mut();
        findings.for_each(|finding| finding.reactions.clear());
    });
    report.reactions.clear();
    report
}

fn correction() -> ReportDocument {
    let mut report = example().published();
    report.kind = ReportKind::Correction;
    report.number = Some("ZI-2026-00015".into());
    report.corrects = Some(Corrects {
        report_id: report.heading.facility.id,
        number: "ZI-2026-00012".into(),
        reason: "Het aantal dossiers bij vaststelling 1.1 was verkeerd overgenomen.".into(),
    });
    report
}

fn bare() -> ReportDocument {
    let mut report = example().published();
    report.heading.reason = None;
    report.heading.unit = None;
    report.summary = None;
    report.visits.clear();
    report.themes.clear();
    report.outside.clear();
    report.reactions.clear();
    report.signed_by.clear();
    report
}

fn renditions() -> [(&'static str, ReportDocument); 5] {
    [
        ("draft", draft()),
        ("final", example()),
        ("published", example().published()),
        ("correction", correction()),
        ("bare", bare()),
    ]
}

fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for (name, report) in renditions() {
        for (code, language) in LANGUAGES {
            pages.push((
                format!("{name}-{code}"),
                render(&report, language).expect("it is there"),
            ));
        }
    }
    pages
}

/// The start tags of a page, in order.
fn tags(page: &str) -> Vec<&str> {
    let body = page.replace(STYLE, "");
    let count = body.matches('<').count();
    let tags: Vec<&str> = page
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag)
        .collect();
    assert_eq!(tags.len(), count, "a < that opens no tag");
    tags.into_iter()
        .filter(|tag| !tag.starts_with('/'))
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn escaped(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;")
        .replace('\'', "&#x27;")
        .replace('/', "&#x2f;")
}

/// What inspectors and others wrote: every string of the document that is prose, a name or a number.
fn put_written(value: &Value, written: &mut Vec<String>) {
    const CODES: [&str; 14] = [
        "kind",
        "audience",
        "language",
        "frozenAt",
        "id",
        "siteId",
        "reportId",
        "type",
        "outcome",
        "from",
        "to",
        "lastFindingOn",
        "frameworkCode",
        "reason",
    ];
    const TEXTS: [&str; 5] = ["round", "title", "text", "label", "legalBasis"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let texts = TEXTS.contains(&name.as_str()) && member.is_object();
                let reason = name == "reason" && members.contains_key("outcome");
                if !texts && (reason || !CODES.contains(&name.as_str())) {
                    put_written(member, written);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| put_written(item, written)),
        Value::String(text) => written.extend(
            text.lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        ),
        _ => {}
    }
}

/// Every text of a framework, as it is in a language, or else in Dutch or French.
fn put_texts<'a>(value: &'a Value, code: &str, texts: &mut Vec<(&'a str, bool)>) {
    match value {
        Value::Object(members) => {
            let is_texts = members
                .keys()
                .all(|name| ["nl", "fr", "en"].contains(&name.as_str()));
            let found = [code, "nl", "fr"]
                .into_iter()
                .find_map(|one| Some((one, members.get(one)?)));
            match found {
                Some((one, text)) if is_texts => {
                    texts.push((text.as_str().expect("it is there"), one != code));
                }
                _ => members
                    .values()
                    .for_each(|member| put_texts(member, code, texts)),
            }
        }
        Value::Array(items) => items.iter().for_each(|item| put_texts(item, code, texts)),
        _ => {}
    }
}

#[test]
fn a_document_is_read_and_written_alike() {
    let value: Value = serde_json::from_str(EXAMPLE).expect("it is there");
    assert_eq!(serde_json::to_value(example()).expect("it is there"), value);
    for (_, report) in renditions() {
        let text = serde_json::to_string(&report).expect("it is there");
        assert!(!text.contains("null"), "what is absent is left out");
        assert_eq!(
            serde_json::from_str::<ReportDocument>(&text).expect("it is there"),
            report
        );
    }
}

#[test]
fn an_unknown_member_is_refused() {
    for at in [
        "",
        "/heading",
        "/themes/0/findings/0",
        "/themes/0/findings/0/subject/criterion",
        "/people/0",
    ] {
        let mut value: Value = serde_json::from_str(EXAMPLE).expect("it is there");
        let object = value
            .pointer_mut(at)
            .expect("it is there")
            .as_object_mut()
            .expect("it is there");
        object.insert("extra".into(), Value::Bool(true));
        assert!(
            serde_json::from_value::<ReportDocument>(value).is_err(),
            "{at}"
        );
    }
}

#[test]
fn what_is_published_names_nobody() {
    let published = example().published();
    assert_eq!(published.audience, Audience::Published);
    let text = serde_json::to_string(&published).expect("it is there");
    assert!(!text.contains("people"));
    for (code, language) in LANGUAGES {
        let (page, inside) = (
            render(&published, language).expect("it is there"),
            render(&example(), language).expect("it is there"),
        );
        for person in example().people {
            assert!(
                !text.contains(&person.name) && !page.contains(&person.name),
                "{code}"
            );
            assert!(inside.contains(&person.name), "{code}");
        }
    }
}

#[test]
fn a_name_within_a_text_is_found_for_who_checks() {
    let mut report = example();
    assert!(report.names_in_texts().expect("it is there").is_empty());
    report.summary = Some("Gesproken met jan  fictief.".into());
    report.outside[0].reactions[0].text = "Volgens Els\nVoorbeeld-Peeters niet.".into();
    let places = report.names_in_texts().expect("it is there");
    assert_eq!(places, ["/outside/0/reactions/0/text", "/summary"]);
}

#[test]
fn a_page_holds_every_text_and_nothing_but_text() {
    for (name, report) in renditions() {
        let value = serde_json::to_value(&report).expect("it is there");
        let mut written = Vec::new();
        put_written(&value, &mut written);
        written.retain(|text| !["ggz", "pz", "gesprek", "veiligheid"].contains(&text.as_str()));
        for (code, language) in LANGUAGES {
            let page = render(&report, language).expect("it is there");
            let codes = [
                "dossiercontrole",
                "bevraging",
                "document",
                "rondgang",
                "aandachtspunt",
                "inbreuk",
                "voldaan",
                "nietBeoordeeld",
            ];
            for text in written
                .iter()
                .filter(|text| !codes.contains(&text.as_str()))
            {
                assert!(page.contains(&escaped(text)), "{name} {code}: {text}");
            }
            let mut texts = Vec::new();
            put_texts(&value, code, &mut texts);
            for (text, _) in texts {
                assert!(page.contains(&escaped(text)), "{name} {code}: {text}");
            }
            assert!(!page.contains("<script"), "{name} {code}");
        }
    }
}

#[test]
fn headings_never_skip_a_level() {
    for (name, page) in pages() {
        let mut last = 0;
        for tag in tags(&page) {
            let level = tag
                .strip_prefix('h')
                .and_then(|rest| rest.get(..1)?.parse::<u32>().ok());
            if let Some(level) = level {
                assert!(level <= last + 1, "{name}: <{tag}> after h{last}");
                assert!(level > 1 || last == 0, "{name}: one h1");
                last = level;
            }
        }
        assert!(last > 1, "{name}");
    }
}

#[test]
fn every_table_has_a_caption_and_every_header_a_scope() {
    for (name, page) in pages() {
        let tags = tags(&page);
        let count = |tag: &str| {
            tags.iter()
                .filter(|one| one.split(' ').next() == Some(tag))
                .count()
        };
        assert!(count("table") > 0, "{name}");
        assert_eq!(count("table"), count("caption"), "{name}");
        let mut headers = tags
            .iter()
            .filter(|tag| tag.split(' ').next() == Some("th"));
        assert!(
            headers.all(|tag| matches!(attribute(tag, "scope"), Some("col" | "row"))),
            "{name}"
        );
    }
}

#[test]
fn a_page_loads_nothing_and_its_links_arrive() {
    for (name, page) in pages() {
        let tags = tags(&page);
        let ids: Vec<_> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        let once: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), once.len(), "{name}: an id twice");
        for tag in &tags {
            assert!(
                attribute(tag, "src").is_none() && attribute(tag, "style").is_none(),
                "{name}: {tag}"
            );
            assert!(
                !tag.starts_with("link") && !tag.contains(" on"),
                "{name}: {tag}"
            );
            let target =
                attribute(tag, "href").map(|href| href.strip_prefix('#').expect("it is there"));
            let labelled = attribute(tag, "aria-labelledby");
            for id in target.into_iter().chain(labelled) {
                assert!(once.contains(&id), "{name}: {id}");
            }
        }
        assert_eq!(page.matches("<style>").count(), 1, "{name}");
        assert!(page.contains(&format!("<style>{STYLE}</style>")), "{name}");
    }
}

#[test]
fn another_language_than_that_of_the_page_is_marked() {
    for (code, language) in LANGUAGES {
        let page = render(&example(), language).expect("it is there");
        assert!(page.contains(&format!("<html lang=\"{code}\">")));
        let value = serde_json::to_value(example()).expect("it is there");
        let mut texts = Vec::new();
        put_texts(&value, code, &mut texts);
        for (text, other) in texts {
            let plain = format!("\">{}</span>", escaped(text));
            let marked = ["nl", "fr"]
                .into_iter()
                .any(|one| page.contains(&format!("lang=\"{one}{plain}")));
            assert_eq!(marked, other, "{code}: {text}");
        }
        let observation = "Het teamoverleg heeft een vast punt over de kinderen.</p>";
        let mark = if code == "nl" {
            "<p>"
        } else {
            "<p lang=\"nl\">"
        };
        assert!(page.contains(&format!("{mark}{observation}")), "{code}");
    }
}

#[test]
fn the_title_has_the_number_and_a_draft_says_that_it_is_not_public() {
    for (language, title, banner) in [
        (Language::Nl, "Inspectieverslag", "Ontwerp – niet openbaar"),
        (
            Language::Fr,
            "Rapport d&#x27;inspection",
            "Projet – non public",
        ),
        (Language::En, "Inspection report", "Draft – not public"),
    ] {
        let (page, draft) = (
            render(&example(), language).expect("it is there"),
            render(&draft(), language).expect("it is there"),
        );
        assert!(page.contains(&format!(
            "<title>{title} ZI-2026-00012 – Psychiatrisch Ziekenhuis De Linde</title>"
        )));
        assert!(
            draft.contains(&format!("({banner})</title>"))
                && draft.contains(&format!("<strong>{banner}.</strong>"))
        );
        let body = page.replace(STYLE, "");
        assert!(!body.contains(banner) && !draft.contains("ZI-2026"));
        // On paper each page of a draft says it.
        assert!(STYLE.contains(&format!("content:\"{banner}\"")));
    }
}

#[test]
fn judgements_are_counted_breaches_first() {
    let page = render(&example(), Language::En).expect("it is there");
    let (_, table) = page
        .split_once("<table class=\"counts\">")
        .expect("it is there");
    let (table, _) = table.split_once("</table>").expect("it is there");
    let rows: Vec<String> = table.split("<tr>").skip(1).map(plain).collect();
    assert_eq!(
        rows,
        [
            "Judgement Requirements Expectations Outside checklist Total",
            "Breach (regulation not complied with) 1 0 0 1",
            "Point of attention 0 1 0 1",
            "Met 0 1 0 1",
            "Not assessed 1 0 0 1",
            "No judgement 0 0 1 1",
            "Total 2 2 1 5",
        ],
    );
}

/// The text of a piece of a page, cells apart.
fn plain(html: &str) -> String {
    let spaced = format!(">{html}").replace("</t", " </t");
    let texts: String = spaced
        .split('>')
        .map(|piece| piece.split('<').next().unwrap_or(""))
        .collect();
    texts.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_reason_and_type_has_its_word() {
    for reason in [
        Reason::Periodic,
        Reason::RecognitionRenewal,
        Reason::Complaint,
        Reason::FollowUp,
        Reason::ThematicRound,
    ] {
        let mut report = example();
        report.heading.reason = Some(reason);
        assert!(render(&report, Language::Nl).is_ok(), "{reason:?}");
    }
    for kind in [
        ReactionType::Typo,
        ReactionType::Factual,
        ReactionType::Evidence,
        ReactionType::Other,
    ] {
        let mut report = example();
        report.reactions[0].kind = kind;
        assert!(render(&report, Language::Nl).is_ok(), "{kind:?}");
    }
}

#[test]
fn a_reason_that_is_hidden_leaves_no_trace() {
    let mut report = example();
    report.heading.reason = None;
    assert!(
        !render(&report, Language::Nl)
            .expect("it is there")
            .contains("Aanleiding")
    );
}

/// Leaves the pages where axe looks at them: `tests/axe`.
#[test]
fn the_pages_are_left_for_axe() {
    for (name, page) in pages() {
        left_for_axe(&name, &page);
    }
}

/// Leaves a page where axe looks at it.
pub fn left_for_axe(name: &str, page: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    std::fs::create_dir_all(&folder).expect("it is there");
    std::fs::write(folder.join(format!("{name}.html")), page).expect("it is there");
}
