"""An imitation of the vendor's API, to try things and to test against: no account, no network.

`app.make_app` makes it, in process or for a port; `serving.serve` puts it on a port. Its rules are written from the
API's documentation and share nothing with the checks that they exist to test but the facts of the fields.
"""
