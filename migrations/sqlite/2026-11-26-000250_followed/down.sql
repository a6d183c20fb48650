-- What is followed stays: by now terms may hang on it.
SELECT 1;
