"""Extensions that come with pgcraft; a project puts them in use, none acts by itself."""
