api-title = The JSON API
api-about = Everything that a page can do. Sign in with a token as a bearer, or with the session of your browser. Errors are problem documents with a stable code; every read takes as_of.
api-takes = Takes
api-answers = Answers
