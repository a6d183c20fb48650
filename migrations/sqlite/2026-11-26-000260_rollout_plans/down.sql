DROP TABLE rollout_statement;
DROP TABLE rollout_item;
