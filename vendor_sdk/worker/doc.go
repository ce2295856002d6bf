// Package worker owns the worker process: it serves one maker's library, an sdk.Library, over the protocol of package wire, and gives up
// all that it holds at the recorder when the service is gone. It decides nothing else: who may log in where, what is tried again and when a
// worker has to end are the supervisor's questions.
package worker
