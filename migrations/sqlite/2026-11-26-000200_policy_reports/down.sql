DROP TABLE round_comparison;
DROP TABLE policy_report;
