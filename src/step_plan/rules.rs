//! What a plan's mapping means: what it names wrongly, what it leaves open, and whose words stand beside which criterion. Pure.
use super::{OwnSteps, StepPlanStep, Unmapped};
use crate::framework::document::{Criterion, Document};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

/// What is wrong with the mapping of these steps onto this version, each fault by its place.
pub fn faults(document: &Document, steps: &[StepPlanStep]) -> Vec<Issue> {
    let generic: Vec<&Code> = document.steps.iter().map(|step| &step.code).collect();
    let roles: Vec<&Code> = document.roles.iter().map(|role| &role.code).collect();
    let mut faults = Vec::new();
    for (index, own) in steps.iter().enumerate() {
        for (place, code) in own.steps.iter().enumerate() {
            if !generic.contains(&code) {
                let name = format!("steps[{index}].steps[{place}]");
                let detail = no_such_step(document, &generic, &roles);
                faults.push(Issue::body("unknownStep", name, detail).with_value(code.as_str()));
            }
        }
        for (place, code) in own.roles.iter().enumerate() {
            if !roles.contains(&code) {
                let name = format!("steps[{index}].roles[{place}]");
                let detail = no_such_role(document, &generic, &roles);
                faults.push(Issue::body("unknownRole", name, detail).with_value(code.as_str()));
            }
        }
    }
    faults
}

fn named(codes: &[&Code]) -> String {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    codes.join(", ")
}

fn no_such_step(document: &Document, steps: &[&Code], roles: &[&Code]) -> Text {
    let (framework, version) = (&document.code, &document.version.code);
    match (steps, roles) {
        ([], []) => nothing_to_map_onto(document),
        ([], _) => {
            let roles = named(roles);
            Text::new(
                format!(
                    "{framework} {version} gaat per rol en niet per stap; gebruik roles met: {roles}."
                ),
                format!(
                    "{framework} {version} va par rôle et non par étape ; utilisez roles avec : {roles}."
                ),
                format!(
                    "{framework} {version} goes by role and not by step; use roles with: {roles}."
                ),
            )
        }
        _ => {
            let steps = named(steps);
            Text::new(
                format!("{framework} {version} kent deze stap niet; gebruik: {steps}."),
                format!("{framework} {version} ne connaît pas cette étape ; utilisez : {steps}."),
                format!("{framework} {version} does not know this step; use: {steps}."),
            )
        }
    }
}

fn no_such_role(document: &Document, steps: &[&Code], roles: &[&Code]) -> Text {
    let (framework, version) = (&document.code, &document.version.code);
    match (steps, roles) {
        ([], []) => nothing_to_map_onto(document),
        (_, []) => {
            let steps = named(steps);
            Text::new(
                format!(
                    "{framework} {version} gaat per stap en niet per rol; gebruik steps met: {steps}."
                ),
                format!(
                    "{framework} {version} va par étape et non par rôle ; utilisez steps avec : {steps}."
                ),
                format!(
                    "{framework} {version} goes by step and not by role; use steps with: {steps}."
                ),
            )
        }
        _ => {
            let roles = named(roles);
            Text::new(
                format!("{framework} {version} kent deze rol niet; gebruik: {roles}."),
                format!("{framework} {version} ne connaît pas ce rôle ; utilisez : {roles}."),
                format!("{framework} {version} does not know this role; use: {roles}."),
            )
        }
    }
}

fn nothing_to_map_onto(document: &Document) -> Text {
    let (framework, version) = (&document.code, &document.version.code);
    Text::new(
        format!("{framework} {version} heeft geen stappen of rollen; laat dit weg."),
        format!("{framework} {version} n'a ni étapes ni rôles ; omettez ceci."),
        format!("{framework} {version} has no steps or roles; leave this out."),
    )
}

/// The steps and roles of the version that none of these is mapped onto.
pub fn unmapped(document: &Document, steps: &[StepPlanStep]) -> Unmapped {
    let onto = |code: &&Code| !steps.iter().any(|own| own.steps.contains(code));
    let by = |code: &&Code| !steps.iter().any(|own| own.roles.contains(code));
    let generic = document.steps.iter().map(|step| &step.code);
    let roles = document.roles.iter().map(|role| &role.code);
    Unmapped {
        steps: generic.filter(onto).map(ToString::to_string).collect(),
        roles: roles.filter(by).map(ToString::to_string).collect(),
    }
}

/// The titles that stand beside each criterion of the version, in the order in which they are asked; criteria without any are left out.
pub fn own_steps(document: &Document, steps: &[StepPlanStep]) -> Vec<OwnSteps> {
    let beside = |criterion: &Criterion| -> Vec<String> {
        steps
            .iter()
            .filter(|own| stands_for(own, criterion))
            .map(|own| own.title.clone())
            .collect()
    };
    document
        .criteria()
        .map(|(_, criterion)| OwnSteps {
            criterion_code: criterion.code.to_string(),
            titles: beside(criterion),
        })
        .filter(|own| !own.titles.is_empty())
        .collect()
}

fn stands_for(own: &StepPlanStep, criterion: &Criterion) -> bool {
    let step = criterion.step.as_ref();
    let role = criterion.role.as_ref();
    step.is_some_and(|step| own.steps.contains(step))
        || role.is_some_and(|role| own.roles.contains(role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{check, library};

    fn document(name: &str) -> Document {
        let (_, text) = library()
            .into_iter()
            .find(|(file, _)| *file == name)
            .expect("a framework");
        check::from_yaml(text).expect("a document")
    }

    fn own(title: &str, steps: &[&str], roles: &[&str]) -> StepPlanStep {
        let codes = |texts: &[&str]| {
            let codes = texts.iter().map(|text| text.parse().expect("a code"));
            codes.collect()
        };
        StepPlanStep {
            code: "a".parse().expect("a code"),
            title: title.to_owned(),
            description: None,
            steps: codes(steps),
            roles: codes(roles),
        }
    }

    #[test]
    fn several_words_stand_beside_one_criterion_and_one_beside_several() {
        let document = document("ggz-2.yaml");
        let plan = [
            own("Later", &["stap5"], &[]),
            own("Eerst", &["stap1", "stap2"], &[]),
            own("Ook eerst", &["stap1"], &[]),
            own("Alleen van ons", &[], &[]),
        ];
        let words = own_steps(&document, &plan);
        let of = |code: &str| {
            let found = words.iter().find(|own| own.criterion_code == code);
            found.map(|own| own.titles.clone()).unwrap_or_default()
        };
        assert_eq!(of("intakeGesprek"), ["Eerst", "Ook eerst"]);
        assert_eq!(of("peilenMetCollega"), ["Eerst"]);
        assert_eq!(of("veiligheidHerstellen"), ["Later"]);
        assert!(of("actiefWerken").is_empty() && of("oudersNietBereid").is_empty());
        assert_eq!(
            unmapped(&document, &plan).steps,
            ["stap3", "stap4", "stap6"]
        );
    }

    #[test]
    fn a_framework_by_role_is_mapped_onto_roles() {
        let document = document("spoed-draft.yaml");
        let plan = [own("Triage", &[], &["verpleegkundige"])];
        let words = own_steps(&document, &plan);
        let first = words.first().expect("words");
        assert_eq!(first.criterion_code, "taakVerpleegkundige");
        assert!(faults(&document, &plan).is_empty());
        let left = unmapped(&document, &plan).roles;
        assert_eq!(left, ["arts", "maatschappelijkWerker"]);
    }

    #[test]
    fn each_mapping_that_is_not_there_is_named_with_what_is() {
        for (file, step, said) in [
            (
                "ggz-2.yaml",
                own("x", &["stap1", "stap9"], &["arts"]),
                [
                    "ggz 2026-1 does not know this step; use: stap1, stap2, stap3, stap4, stap5, stap6.",
                    "ggz 2026-1 goes by step and not by role; use steps with: stap1, stap2, stap3, stap4, stap5, stap6.",
                ],
            ),
            (
                "spoed-draft.yaml",
                own("x", &["stap1"], &["portier"]),
                [
                    "spoed 2026-ontwerp goes by role and not by step; use roles with: verpleegkundige, arts, maatschappelijkWerker.",
                    "spoed 2026-ontwerp does not know this role; use: verpleegkundige, arts, maatschappelijkWerker.",
                ],
            ),
        ] {
            let found = faults(&document(file), &[step]);
            let details: Vec<&str> = found.iter().map(|issue| issue.detail.en.as_str()).collect();
            assert_eq!(details, said);
        }
    }
}
