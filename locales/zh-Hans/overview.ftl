overview-title = 总览
