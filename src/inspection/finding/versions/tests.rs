use super::*;

mod histories;
mod history;
mod model;
mod play;

/// An id that one can read in a table.
fn id(name: &str) -> Id {
    let bytes = name.bytes();
    let number = bytes.fold(0, |number: u128, byte| (number << 8) | u128::from(byte));
    Id(uuid::Uuid::from_u128(number))
}

fn ids(names: &str) -> Vec<Id> {
    let mut ids: Vec<Id> = names.split_whitespace().map(id).collect();
    ids.sort();
    ids
}

/// A version as the tables write it: `G/b<a,c#x` is `b` of the finding `G`, made from `a` and `c`, with the content `x`.
fn version(text: &str) -> Version {
    let (text, hash) = text.split_once('#').unwrap_or((text, "content"));
    let (text, parents) = text.split_once('<').unwrap_or((text, ""));
    let (finding, own) = text.split_once('/').unwrap_or(("F", text));
    let parents = parents.split(',').filter(|name| !name.is_empty());
    Version {
        id: id(own),
        finding: id(finding),
        parents: parents.map(id).collect(),
        hash: hash.to_owned(),
    }
}

fn versions(text: &str) -> Vec<Version> {
    text.split_whitespace().map(version).collect()
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Stored => "stored".to_owned(),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::Pending { never: None } => "pending".to_owned(),
        Outcome::Pending { never: Some(never) } => format!("pending:{never:?}"),
        Outcome::Conflict => "conflict".to_owned(),
        Outcome::Rejected(reasons) => {
            let reasons: Vec<String> = reasons.iter().map(|one| format!("{one:?}")).collect();
            reasons.join("+")
        }
    }
}

#[test]
fn a_finding_stands_as_its_versions_say() {
    for (known, stored, pending, heads, base) in [
        ("", "", "", "", ""),
        ("a", "a", "", "a", ""),
        ("a b<a", "a b", "", "b", ""),
        ("b<a", "", "b", "", ""),
        ("c<b a", "a", "c", "a", ""),
        ("b<a c<b", "", "b c", "", ""),
        // Two made from one, resolved, and resolved by half.
        ("a b<a c<a", "a b c", "", "b c", "a"),
        ("a b<a c<a d<b,c", "a b c d", "", "d", ""),
        ("a b<a c<a d<a e<b,c", "a b c d e", "", "d e", "a"),
        // A pending child does not cover its parent.
        ("a b<a c<b,x", "a b", "c", "b", ""),
        // Two first versions share nothing.
        ("a b", "a b", "", "a b", ""),
        ("a b c<a d<a", "a b c d", "", "b c d", ""),
        // The nearest is the base, not what lies behind it.
        ("a b<a c<b d<b", "a b c d", "", "c d", "b"),
        ("a b<a c<b d<a", "a b c d", "", "c d", "a"),
        // Two merges of the same heads: both heads are the base.
        ("a b<a c<a d<b,c e<b,c", "a b c d e", "", "d e", "b c"),
        ("a b<a c<a d<b,c e<b,c f<d,e", "a b c d e f", "", "f", ""),
        // A parent named along with its own parent.
        ("a b<a c<a,b d<b", "a b c d", "", "c d", "b"),
        // Other findings, circles and their descendants stay pending.
        ("G/x a b<a,x c<b", "a", "b c", "a", ""),
        ("a<b b<a c<b d", "d", "a b c", "d", ""),
        ("a<a", "", "a", "", ""),
    ] {
        let found = standing(id("F"), &versions(known));
        let waiting: Vec<Id> = found.pending.iter().map(|one| one.id).collect();
        assert_eq!(found.stored, ids(stored), "stored of {known}");
        assert_eq!(waiting, ids(pending), "pending of {known}");
        assert_eq!(found.heads, ids(heads), "heads of {known}");
        assert_eq!(found.base, ids(base), "base of {known}");
        assert_eq!(found.is_conflict(), found.heads.len() > 1);
    }
}

#[test]
fn what_waits_says_for_what_and_whether_in_vain() {
    for (known, waiting) in [
        ("c<x,b b<y", "b:y:None c:x:None"),
        ("G/x b<x,y c<b", "b:y:OtherFinding c::OtherFinding"),
        (
            "a<b b<a,y c<b",
            "a::ParentCycle b:y:ParentCycle c::ParentCycle",
        ),
        ("G/x a<b,x b<a", "a::ParentCycle b::ParentCycle"),
        ("a b<a G/c<b", ""),
    ] {
        let found = standing(id("F"), &versions(known));
        let rows: Vec<(Id, Vec<Id>, Option<Never>)> = waiting
            .split_whitespace()
            .map(|row| {
                let cells: Vec<&str> = row.split(':').collect();
                let never = match cells[2] {
                    "OtherFinding" => Some(Never::OtherFinding),
                    "ParentCycle" => Some(Never::ParentCycle),
                    _ => None,
                };
                (id(cells[0]), ids(cells[1]), never)
            })
            .collect();
        let pending = found.pending.into_iter();
        let found: Vec<_> = pending.map(|w| (w.id, w.unknown, w.never)).collect();
        assert_eq!(found, rows, "{known}");
    }
}

#[test]
fn each_item_of_a_batch_has_its_outcome() {
    for (known, batch, outcomes, inserted) in [
        ("", "", "", ""),
        ("", "a", "stored", "0"),
        ("a", "a", "unchanged", ""),
        ("", "a a", "stored unchanged", "0"),
        ("b<a", "b<a", "unchanged", ""),
        ("a b c<a,b", "c<b,a", "unchanged", ""),
        ("", "b<a a", "stored stored", "0 1"),
        ("", "c<b b<a", "pending pending", "0 1"),
        ("a b<a", "c<a", "conflict", "0"),
        ("a", "b<a c<a d<x", "conflict conflict pending", "0 1 2"),
        ("a b<a c<a", "d<b,c", "stored", "0"),
        ("a b<a c<a", "G/d", "stored", "0"),
        // The first of two with one id stands, wherever the other differs.
        ("a", "a#x", "OtherContent", ""),
        ("a", "a#x a", "OtherContent unchanged", ""),
        ("", "a a#x", "stored OtherContent", "0"),
        ("a b", "b<a", "OtherContent", ""),
        ("G/a", "a", "OtherContent", ""),
        ("b<x", "b<y", "OtherContent", ""),
        // What is wrong with a version by itself.
        ("", "a<a", "OwnParent", ""),
        ("a", "b<a,a", "RepeatedParent", ""),
        ("a", "a<a,a", "OwnParent+RepeatedParent+OtherContent", ""),
        ("", "a<a a", "OwnParent stored", "1"),
        // What stays pending for good is kept.
        ("G/x", "a<x", "pending:OtherFinding", "0"),
        ("G/x a<x", "b<a", "pending:OtherFinding", "0"),
        ("", "a<x G/x", "pending:OtherFinding stored", "0 1"),
        ("b<a", "a<b", "pending:ParentCycle", "0"),
        (
            "",
            "a<b b<a c<b",
            "pending:ParentCycle pending:ParentCycle pending:ParentCycle",
            "0 1 2",
        ),
    ] {
        let (known, batch) = (versions(known), versions(batch));
        let found = weigh(&known, &batch);
        let outcomes_found: Vec<String> = found.outcomes.iter().map(said).collect();
        assert_eq!(outcomes_found.join(" "), outcomes, "{known:?} {batch:?}");
        let places: Vec<String> = found.inserted.iter().map(ToString::to_string).collect();
        assert_eq!(places.join(" "), inserted, "{known:?} {batch:?}");
    }
}

#[test]
fn a_batch_frees_what_waited_for_it() {
    for (known, batch, freed) in [
        ("b<a", "a", "b"),
        ("b<a c<b d<x", "a", "b c"),
        ("b<a c<b", "d", ""),
        ("b<a", "c<b a", "b"),
        ("a b<a", "c<b", ""),
        ("b<a c<b", "c<b a", "b c"),
    ] {
        let found = weigh(&versions(known), &versions(batch));
        assert_eq!(
            found.findings[&id("F")].freed,
            ids(freed),
            "{known} {batch}"
        );
    }
}

#[test]
fn only_findings_of_kept_items_are_touched() {
    let found = weigh(&versions("a G/b"), &versions("a#x G/b H/c H/d<c I/e<e"));
    let touched: Vec<Id> = found.findings.keys().copied().collect();
    assert_eq!(touched, ids("G H"));
    assert_eq!(found.findings[&id("H")].standing.heads, ids("d"));
}

#[test]
fn as_many_parents_as_are_allowed() {
    for (count, outcome) in [
        (MOST_PARENTS, "stored"),
        (MOST_PARENTS + 1, "TooManyParents"),
    ] {
        let names: Vec<String> = (0..count).map(|n| format!("p{n}")).collect();
        let merge = version(&format!("m<{}", names.join(",")));
        let found = weigh(&versions(&names.join(" ")), &[merge]);
        assert_eq!(said(&found.outcomes[0]), outcome);
    }
}

fn chain(length: u32) -> Vec<Version> {
    let first = std::iter::once(version("v0"));
    let rest = (1..length).map(|n| version(&format!("v{n}<v{}", n - 1)));
    first.chain(rest).collect()
}

#[test]
fn a_long_chain_is_walked_without_recursion_in_whichever_direction() {
    let mut batch = chain(10_000);
    batch.extend(versions("x<v9999 y<v9999"));
    batch.reverse();
    let found = weigh(&[], &batch);
    assert!(found.outcomes.iter().all(|one| *one == Outcome::Conflict));
    assert_eq!(found.findings[&id("F")].standing.base, ids("v9999"));

    let (known, first) = (&batch[..10_001], &batch[10_001..]);
    let found = weigh(known, first);
    assert_eq!(found.findings[&id("F")].freed.len(), 10_001);
}

#[test]
fn many_paths_are_not_walked_one_by_one() {
    let mut known = versions("a0 b0");
    for n in 1..200 {
        let before = n - 1;
        known.extend(versions(&format!(
            "a{n}<a{before},b{before} b{n}<a{before},b{before}"
        )));
    }
    let found = standing(id("F"), &known);
    assert_eq!(found.heads, ids("a199 b199"));
    assert_eq!(found.base, ids("a198 b198"));
}

#[test]
fn more_heads_than_fit_a_word_have_one_base() {
    for heads in [2_u32, 63, 64, 65, 128, 129, 1000] {
        let mut known = versions("a b<a");
        known.extend((0..heads).map(|n| version(&format!("h{n}<b"))));
        let found = standing(id("F"), &known);
        assert_eq!(found.heads.len(), usize::try_from(heads).unwrap());
        assert_eq!(found.base, ids("b"), "{heads} heads");
        // One that starts anew shares nothing with the others.
        known.push(version("z"));
        assert_eq!(standing(id("F"), &known).base, ids(""));
    }
}
