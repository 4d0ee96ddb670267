//! The whole desk, tested from outside: one binary, one module for each part.

mod accounts;
mod api;
mod commands;
mod config;
mod desk;
mod embedded;
mod eventually;
mod faults;
mod gateway;
mod given_up;
mod harness;
mod lua;
mod money;
mod races;
mod rules;
mod service;
mod simulator;
mod storm;
mod web;
