# What a person prefers.

prefs-title = Preferences
prefs-language = Language
prefs-theme = Colours
theme-system = As the device says
theme-light = Light
theme-dark = Dark
prefs-shortcuts = Keyboard shortcuts
prefs-on = On
prefs-off = Off
prefs-rows = Rows on a page of a list
prefs-rows-usual = As each list has it
prefs-save = Save
prefs-saved = Saved.
prefs-kept-here = Kept in this browser. Once you sign in they are kept with your name.
prefs-choose = Select one of these
