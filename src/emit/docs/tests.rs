use super::table::table;
use crate::site::{Secret, SecretSource, fixture};

#[test]
fn tables_line_up() {
    let rows = [
        ["`a`".to_owned(), "é".to_owned()],
        ["longer".to_owned(), "x".repeat(80)],
    ];
    let text = table(["One", "Two"], &rows);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "| One    | Two |");
    assert_eq!(lines[1], "| ------ | --- |");
    assert_eq!(lines[2], "| `a`    | é   |");
    assert!(lines[3].starts_with("| longer | xxx"));
    assert_eq!(table(["One"], &[]), "");
}

#[test]
fn a_hint_stays_in_its_cell() {
    let mut site = fixture::site();
    let host = fixture::host("vps");
    site.secrets.push(Secret {
        name: "token".into(),
        origin: fixture::at("/secrets/token"),
        source: SecretSource::Provided("a | b\n# heading `code` [x](y) </td>".into()),
        hosts: vec!["vps".into()],
        users: vec!["services.`api`|".into()],
        made_on: None,
        rotate: None,
        rotation: crate::site::Rotation::default(),
    });
    let text = super::host(&site, &host, &crate::emit::Emission::default());
    assert!(
        text.contains(r"a \| b \# heading \`code\` \[x\](y) &lt;/td&gt;"),
        "{text}"
    );
    assert!(!text.contains("\n# heading"));
}
