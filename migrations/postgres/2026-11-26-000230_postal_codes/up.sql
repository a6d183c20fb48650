-- By which samples are drawn from a region. Beside the address, which is free text.
ALTER TABLE site ADD COLUMN postal_code text;
