//! Huddle through its doors: one binary, a file per feature. `house` starts a whole one for each test.

mod accounts;
mod bad_input;
mod doctor;
mod exports;
mod health;
mod house;
mod meetings;
mod permissions;
mod storage;
mod tasks;
mod users;
mod worker;
