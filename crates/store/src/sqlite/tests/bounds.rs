//! What is too much is swept however young it is. Here and not in the contract: so many rows are made by their number.

use super::connection;
use crate::{
    contract::samples::{at, verdict},
    retention,
    sqlite::{sweep, verdicts, writer::Unit},
};

#[test]
fn of_verdicts_so_many_newest_ones_are_kept() {
    let (connection, _directory) = connection();
    for number in 0..1200 {
        verdicts::insert(&connection, &verdict(number)).unwrap();
    }
    let newest = i64::from(retention::VERDICTS) + 1100;
    connection
        .execute(
            "INSERT INTO verdicts (number, at, user_id, client_id, outcome, rule, rules_version, facts)
            SELECT ?1, at, user_id, client_id, outcome, rule, rules_version, facts FROM verdicts WHERE number = 1",
            [newest],
        )
        .unwrap();
    while matches!(sweep::slice(&connection, at(0)).unwrap(), Unit::Keep(true)) {}
    // 1 to 1100 are beyond; the neighbour is not.
    let kept = verdicts::list_after(&connection, 0, 1).unwrap();
    assert_eq!(kept.first().map(|verdict| verdict.number), Some(1101));
    assert_eq!(verdicts::count(&connection).unwrap(), 101);
}
