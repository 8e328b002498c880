"""The reviewer: from a project and its base to scripts, their proof and a report."""
