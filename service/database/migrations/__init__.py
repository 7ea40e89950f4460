"""Steps from the tables of each released version to today's; `HEAD` names the newest."""

HEAD = "0001"
