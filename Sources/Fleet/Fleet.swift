// Fleet: the servers that a tenant watches, their groups and labels.
//
// Needs: Platform (tenants' databases, secrets, activity log, events, the HTTP edge) and Engines (what a target is, how it is tested).
// Gives: `ServerRoutes`, `ServerViewRoutes`, `OnboardingRoutes`, `CredentialRoutes`, `ServerGroupRoutes`, `LabelRoutes`;
// `DynamicGroup.memberships`, who is in which group by hand and by filter;
// `Server` and its SQL for the parts that work on servers; `ConnectionTests`.
//
// Invariants: a password is sealed before it reaches the database, and never returned or logged. Every change of what collectors must
// know takes
// the next `change_number` in its own transaction, so that they notice it by reading one number. Live values are Monitoring's: Fleet
// reads them through
// the view `fleet.server_overview`, and nothing here writes them. The revision (ETag) is about configuration alone.
