// Creates the precompiled headers of the tests.
