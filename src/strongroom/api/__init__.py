"""The door for programs: the versioned JSON API, its document, and what monitors ask.

Here a request is read, handed down and answered as typed JSON or as a problem (RFC 9457). Never
here: a query, a rule, a rendered page, a session or its cookie.
"""
