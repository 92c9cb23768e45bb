"""What pages share: the frame, pickers, forms, maps, charts, tables, the jobs panel."""
