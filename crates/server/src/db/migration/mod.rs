//! Changes of the schema, in order. Everything is called `huddle_…`; the ledger is `huddle_migration`.

mod m0001_house;
mod m0002_uploads;

use sea_orm_migration::prelude::*;

/// The list of changes.
#[derive(Debug)]
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_house::Migration), Box::new(m0002_uploads::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "huddle_migration".into_iden()
    }
}
