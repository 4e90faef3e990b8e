// Makes the precompiled headers of the tests.
