use serde_json::json;

use super::super::document::{Code, Document};
use super::super::library;
use super::super::rules::{Carry, CriterionChange, Difference, carry, changes};
use super::{SMALL, read};

/// A version of one framework with these criteria, each `code` or `code:kind(origin,…)`, and these withdrawn, each
/// `code` or `code>heir`.
pub(crate) fn version(number: usize, criteria: &str, withdrawn: &str) -> Document {
    let mut document = read(SMALL);
    let mut theme = document.themes.remove(0);
    let pattern = theme.criteria.remove(0);
    let codes = |list: &str| -> Vec<Code> {
        list.split(',')
            .filter(|code| !code.is_empty())
            .map(|code| code.parse().unwrap())
            .collect()
    };
    theme.criteria = criteria
        .split_whitespace()
        .map(|word| {
            let (code, change) = word.split_once(':').unwrap_or((word, ""));
            let (kind, from) = change
                .trim_end_matches(')')
                .split_once('(')
                .unwrap_or((change, ""));
            let explanation = json!({"nl": format!("{kind} in {number}")});
            let change = json!({"kind": kind, "from": codes(from), "explanation": explanation});
            let mut criterion = pattern.clone();
            criterion.code = code.parse().unwrap();
            criterion.change = (!kind.is_empty()).then(|| serde_json::from_value(change).unwrap());
            criterion
        })
        .collect();
    document.withdrawn = withdrawn
        .split_whitespace()
        .map(|word| {
            let (code, heirs) = word.split_once('>').unwrap_or((word, ""));
            serde_json::from_value(
                json!({"code": code, "reason": {"nl": "weg"}, "replacedBy": codes(heirs)}),
            )
            .unwrap()
        })
        .collect();
    document.version.code = format!("v{number}").parse().unwrap();
    document.themes = vec![theme];
    document
}

/// A change in the notation of the tests: `code:kind(origin,…)`, with `>heir` for a withdrawn one.
fn noted(change: &CriterionChange) -> String {
    let kind = serde_json::to_value(change.kind).unwrap();
    let list = |codes: &[Code]| codes.iter().map(Code::as_str).collect::<Vec<_>>().join(",");
    let heirs = list(&change.replaced_by);
    let heirs = if heirs.is_empty() {
        heirs
    } else {
        format!(">{heirs}")
    };
    format!(
        "{}:{}({}){heirs}",
        change.criterion_code,
        kind.as_str().unwrap(),
        list(&change.from)
    )
}

/// What a case shows, the criteria and the withdrawals of each version, and the changes over them all.
type Composed = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

#[test]
fn changes_compose_over_versions_and_the_gravest_wins() {
    let cases: [Composed; 14] = [
        ("nothing changed", &[("a b", "")], ""),
        (
            "one version, as it is marked",
            &[(
                "a:editorial() b:tightened(x) c:new() d:split(s) e:split(s) f:merged(t,u)",
                "w>c",
            )],
            "a:editorial(a) b:tightened(x) c:new() d:split(s) e:split(s) f:merged(t,u) w:withdrawn(w)>c",
        ),
        (
            "editorial, then unchanged",
            &[("a:editorial()", ""), ("a", "")],
            "a:editorial(a)",
        ),
        (
            "tightened outweighs editorial",
            &[("a:tightened()", ""), ("a:editorial()", "")],
            "a:tightened(a)",
        ),
        (
            "renamed twice",
            &[("b:editorial(a)", ""), ("c:editorial(b)", "")],
            "c:editorial(a)",
        ),
        (
            "new, then tightened: still new",
            &[("a:new()", ""), ("a:tightened()", "")],
            "a:new()",
        ),
        (
            "split, one part tightened",
            &[("p:split(a) q:split(a)", ""), ("p:tightened() q", "")],
            "p:split(a) q:split(a)",
        ),
        (
            "split, then merged with another",
            &[("p:split(a) q:split(a) b", ""), ("m:merged(p,b) q", "")],
            "m:merged(a,b) q:split(a)",
        ),
        (
            "merged with what was new: it still has a past",
            &[("a n:new()", ""), ("m:merged(a,n)", "")],
            "m:merged(a)",
        ),
        (
            "merged from new ones only",
            &[("n:new() o:new()", ""), ("m:merged(n,o)", "")],
            "m:new()",
        ),
        (
            "new and withdrawn in between leaves no trace",
            &[("a n:new()", ""), ("a", "n")],
            "",
        ),
        (
            "a withdrawn part, while another part lives on",
            &[("p:split(a) q:split(a)", ""), ("p", "q")],
            "p:split(a)",
        ),
        (
            "withdrawn under another name, replaced by what was renamed later",
            &[
                ("b:editorial(a) h:new()", ""),
                ("h", "b>h"),
                ("i:editorial(h)", ""),
            ],
            "i:new() a:withdrawn(a)>i",
        ),
        (
            "both halves of a merger are withdrawn with it",
            &[("m:merged(a,b)", ""), ("", "m")],
            "a:withdrawn(a) b:withdrawn(b)",
        ),
    ];
    for (case, versions, expected) in cases {
        let chain: Vec<Document> = versions
            .iter()
            .enumerate()
            .map(|(index, (criteria, withdrawn))| version(index + 2, criteria, withdrawn))
            .collect();
        let chain: Vec<&Document> = chain.iter().collect();
        let found: Vec<String> = changes(&chain).iter().map(noted).collect();
        assert_eq!(found.join(" "), expected, "{case}");
    }
    assert_eq!(changes(&[]), []);
}

#[test]
fn each_version_explains_its_own_change() {
    let chain = [
        version(2, "a:tightened()", ""),
        version(3, "a", ""),
        version(4, "a:editorial()", ""),
    ];
    let found = changes(&chain.iter().collect::<Vec<_>>());
    let explanations = serde_json::to_value(&found[0].explanations).unwrap();
    assert_eq!(
        explanations,
        json!([{"nl": "tightened in 2"}, {"nl": "editorial in 4"}])
    );
    assert_eq!(found[0].theme.as_ref().map(Code::as_str), Some("eerste"));
}

#[test]
fn unchanged_and_editorial_keep_their_answer_and_all_else_is_asked_again() {
    let chain = [
        version(
            2,
            "a b:editorial(x) c:tightened() d:new() e:split(s) f:split(s) g:merged(t,u)",
            "",
        ),
        version(3, "a b c d e f g", ""),
    ];
    let carried = carry(&chain.iter().collect::<Vec<_>>());
    let code = |code: &str| code.parse::<Code>().unwrap();
    let kept: Vec<(&str, &str)> = carried
        .iter()
        .filter_map(|(code, carry)| match carry {
            Carry::Keep(from) => Some((code.as_str(), from.as_str())),
            Carry::Ask { .. } => None,
        })
        .collect();
    assert_eq!(kept, [("a", "a"), ("b", "x")]);
    for (asked, why, origins) in [
        ("c", Difference::Tightened, vec![code("c")]),
        ("d", Difference::New, vec![]),
        ("e", Difference::Split, vec![code("s")]),
        ("g", Difference::Merged, vec![code("t"), code("u")]),
    ] {
        let Carry::Ask {
            kind,
            from,
            explanations,
        } = &carried[asked]
        else {
            panic!("{asked}")
        };
        assert_eq!(
            (kind, from, explanations.len()),
            (&why, &origins, 1),
            "{asked}"
        );
    }
    assert_eq!(carried.len(), 7);
    assert!(carry(&[]).is_empty());
}

#[test]
fn the_second_ggz_version_carries_most_answers_over() {
    let (_, text) = library()
        .into_iter()
        .find(|(name, _)| *name == "ggz-2.yaml")
        .unwrap();
    let second = read(text);
    let carried = carry(&[&second]);
    assert_eq!(carried.len(), second.criteria().count());
    let kept = carried
        .values()
        .filter(|carry| matches!(carry, Carry::Keep(_)))
        .count();
    assert!(kept * 3 > carried.len() * 2, "{kept} of {}", carried.len());
    assert_eq!(
        carried["stap3Gewaarborgd"],
        Carry::Keep("stap3Altijd".parse().unwrap())
    );
}
