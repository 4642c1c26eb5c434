//! Huddle through its doors: one binary, a file per feature. `house` starts a whole one for each test.

mod accounts;
mod audio;
mod bad_input;
mod doctor;
mod exports;
mod health;
mod hearing;
mod house;
mod live;
mod log;
mod meetings;
mod minutes_command;
mod permissions;
mod process;
mod storage;
mod tasks;
mod transcribe_command;
mod unfit_uploads;
mod upload_process;
mod uploads;
mod users;
mod worker;
