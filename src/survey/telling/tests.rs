use super::*;
use crate::survey::SurveyAnswer;

/// A survey of a choice, what those who said no are asked, a multiple choice, a number and a text.
fn document() -> SurveyDocument {
    let ours = serde_json::json!({"origin": "ours"});
    let options = serde_json::json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
    serde_json::from_value(serde_json::json!({
        "defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours,
        "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
            {"code": "deed", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours},
            {"code": "zal", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours,
             "askedWhen": [{"itemCode": "deed", "options": ["neen"]}]},
            {"code": "wat", "kind": "multipleChoice", "text": {"nl": "?"}, "options": options, "source": ours},
            {"code": "hoeveel", "kind": "number", "smallest": 0, "largest": 10, "text": {"nl": "?"}, "source": ours},
        ]}],
        "indicators": [
            {"code": "deed", "title": {"nl": "Deed"}, "itemCode": "deed", "options": ["ja"]},
            {"code": "zal", "title": {"nl": "Zal"}, "itemCode": "zal", "options": ["ja"]},
            {"code": "zalVanAllen", "title": {"nl": "Zal"}, "itemCode": "zal", "options": ["ja"], "ofItemCode": "deed"},
        ],
    }))
    .expect("a survey")
}

/// A sector in which so many did, so many will, and so many will not.
fn sector(code: &str, [did, will, will_not]: [u32; 3]) -> (String, Tally) {
    let document = document();
    let mut tally = Tally::default();
    let mut add = |times: u32, answers: serde_json::Value| {
        let answers: Vec<SurveyAnswer> = serde_json::from_value(answers).expect("answers");
        for _ in 0..times {
            tally.add(&document, &answers);
        }
    };
    let (yes, no) = (serde_json::json!(["ja"]), serde_json::json!(["neen"]));
    add(
        did,
        serde_json::json!([{"itemCode": "deed", "options": yes}, {"itemCode": "hoeveel", "number": 2}, {"itemCode": "wat", "options": ["ja", "neen"]}]),
    );
    add(
        will,
        serde_json::json!([{"itemCode": "deed", "options": no}, {"itemCode": "zal", "options": yes}, {"itemCode": "hoeveel", "number": 5}, {"itemCode": "wat"}]),
    );
    add(
        will_not,
        serde_json::json!([{"itemCode": "deed", "options": no}, {"itemCode": "zal", "options": no}, {"itemCode": "hoeveel", "number": 9}]),
    );
    (code.to_owned(), tally)
}

fn told(sectors: &[(String, Tally)]) -> Counted {
    counted(&document(), sectors, 5)
}

#[test]
fn a_share_has_the_base_of_those_who_were_asked() {
    let (respondents, items, indicators) = told(&[sector("ggz", [100, 79, 21])]);
    assert_eq!(respondents.whole, Some(200));
    let shares: Vec<_> = indicators
        .iter()
        .map(|one| (one.whole.count, one.whole.base, one.whole.share))
        .collect();
    assert_eq!(
        shares,
        [
            (Some(100), Some(200), Some(0.5)),
            (Some(79), Some(100), Some(0.79)),
            (Some(79), Some(200), Some(0.395))
        ]
    );
    let [deed, _, wat, hoeveel] = items.as_slice() else {
        panic!("four items")
    };
    assert_eq!(deed.sectors[0].figures, deed.whole);
    assert_eq!(
        wat.whole.base,
        Some(179),
        "none of its options is an answer too"
    );
    assert_eq!(
        wat.whole
            .counts
            .iter()
            .map(|one| one.count)
            .collect::<Vec<_>>(),
        [Some(100), Some(100)]
    );
    assert_eq!(
        (hoeveel.whole.base, hoeveel.whole.median),
        (Some(200), Some(3.5))
    );
    assert_eq!(hoeveel.whole.mean, Some((200.0 + 395.0 + 189.0) / 200.0));
}

#[test]
fn no_figure_is_about_fewer_people_than_the_smallest_group_nor_found_by_subtraction() {
    let (respondents, items, indicators) = told(&[
        sector("ggz", [100, 50, 50]),
        sector("caw", [2, 1, 1]),
        sector("spoed", [30, 10, 10]),
    ]);
    let numbers: Vec<_> = respondents
        .sectors
        .iter()
        .map(|one| one.respondents)
        .collect();
    assert_eq!(
        (respondents.whole, numbers),
        (Some(254), vec![Some(200), None, None])
    );
    for item in &items {
        assert_eq!(item.sectors[1].figures.base, None, "{}", item.code);
        assert!(
            item.sectors[1]
                .figures
                .counts
                .iter()
                .all(|one| one.count.is_none())
        );
    }
    assert_eq!(indicators[0].sectors[1].figures, SurveyShare::default());
    assert_eq!(items[1].whole.base, Some(122));
    assert!(
        items[1]
            .sectors
            .iter()
            .all(|one| one.figures.base.is_none()),
        "what those who said no answered would tell how many they are"
    );
}

#[test]
fn a_base_that_tells_a_hidden_count_is_hidden() {
    // Three said yes: that they are three follows from how many were asked what the others are asked.
    let (_, items, indicators) = told(&[sector("ggz", [3, 60, 40])]);
    let deed: Vec<_> = items[0].whole.counts.iter().map(|one| one.count).collect();
    assert_eq!((items[0].whole.base, deed), (Some(103), vec![None, None]));
    assert_eq!(
        (items[1].whole.base, indicators[1].whole),
        (None, SurveyShare::default())
    );
}

#[test]
fn a_base_that_tells_how_few_gave_a_number_or_a_second_answer_is_hidden() {
    let ours = serde_json::json!({"origin": "ours"});
    let options = serde_json::json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
    let document: SurveyDocument = serde_json::from_value(serde_json::json!({
        "defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours,
        "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
            {"code": "hoeveel", "kind": "number", "smallest": 0, "largest": 10, "text": {"nl": "?"}, "source": ours},
            {"code": "waarom", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours, "askedWhen": [{"itemCode": "hoeveel", "from": 1}]},
            {"code": "een", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours},
            {"code": "twee", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours},
            {"code": "beide", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours,
             "askedWhen": [{"itemCode": "een", "options": ["ja"]}, {"itemCode": "twee", "options": ["ja"]}]},
        ]}],
    }))
    .expect("a survey");
    // So many gave no number above 0, and so many said yes to the first and no to the second.
    let told = |zeros: u32, only_first: u32| {
        let mut tally = Tally::default();
        let mut add = |times: u32, number: i64, first: &str, second: &str| {
            let yes = serde_json::json!(["ja"]);
            let answers = serde_json::json!([{"itemCode": "hoeveel", "number": number}, {"itemCode": "waarom", "options": yes},
                {"itemCode": "een", "options": [first]}, {"itemCode": "twee", "options": [second]}, {"itemCode": "beide", "options": yes}]);
            let answers: Vec<SurveyAnswer> = serde_json::from_value(answers).expect("answers");
            for _ in 0..times {
                tally.add(&document, &answers);
            }
        };
        add(zeros, 0, "neen", "neen");
        add(only_first, 3, "ja", "neen");
        add(40, 3, "ja", "ja");
        add(40, 3, "neen", "ja");
        let (_, items, _) = counted(&document, &[("ggz".to_owned(), tally)], 5);
        [&items[1], &items[4]].map(|item| (item.whole.base, item.sectors[0].figures.base))
    };
    assert_eq!(told(10, 10), [(Some(90), Some(90)), (Some(40), Some(40))]);
    assert_eq!(told(4, 10)[0], (None, None), "four gave 0");
    assert_eq!(told(10, 3)[1], (None, None), "three said yes and then no");
}
