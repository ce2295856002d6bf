// Package rtmp owns the tests' own reading of RTMP (Adobe's Real Time Messaging Protocol 1.0): a server that takes publishes, says
// of itself what a test wants and keeps or throws away what comes, and a client that plays. It shares no code with the publisher and
// the embedded server, so that one misreading of the standard cannot stand on both sides. Only tests and the bench use it.
package rtmp
