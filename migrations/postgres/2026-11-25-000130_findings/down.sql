DROP TABLE device;
DROP TABLE sync_batch;
DROP TABLE finding_version;
DROP TABLE finding;
