//! The agenda: points with owners, in order, one of them current.

use crate::{AgendaItemId, Refused, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Most points that one agenda may have.
pub const ITEMS_MAX: usize = 100;

/// A point of the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgendaItem {
    /// Its id.
    pub id: AgendaItemId,
    /// What is to be talked about.
    pub title: String,
    /// Who leads it, as a name.
    pub owner: Option<String>,
    /// Place in the order, from 0.
    pub position: i32,
}

/// Cleans title and owner of a point.
pub fn check(title: &str, owner: Option<&str>) -> Refused<(String, Option<String>)> {
    let title = text::required("title", title, 200, false)?;
    let owner = owner.map(|o| text::clean("owner", o, 80, false)).transpose()?.filter(|o| !o.is_empty());
    Ok((title, owner))
}

/// From `at` on, `item` was current (`None`: no item).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgendaChange {
    /// When the host set it.
    pub at: DateTime<Utc>,
    /// What became current.
    pub item: Option<AgendaItemId>,
}

/// The item that was current at `at`; `changes` are in time order.
pub fn current_at(changes: &[AgendaChange], at: DateTime<Utc>) -> Option<AgendaItemId> {
    changes.iter().take_while(|c| c.at <= at).last().and_then(|c| c.item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    #[test]
    fn words_belong_to_the_item_current_when_they_were_spoken() {
        let t = |s| DateTime::UNIX_EPOCH + TimeDelta::seconds(s);
        let (a, b) = (AgendaItemId(Uuid::from_u128(1)), AgendaItemId(Uuid::from_u128(2)));
        let changes = [
            AgendaChange { at: t(10), item: Some(a) },
            AgendaChange { at: t(20), item: Some(b) },
            AgendaChange { at: t(30), item: None },
        ];
        let seen: Vec<_> = [9, 10, 19, 20, 29, 30, 99].map(|s| current_at(&changes, t(s))).into();
        assert_eq!(seen, [None, Some(a), Some(a), Some(b), Some(b), None, None]);
    }
}
