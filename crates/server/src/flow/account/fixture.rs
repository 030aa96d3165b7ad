//! A server for the tests of the account side.
