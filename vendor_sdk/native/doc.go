// Package native owns what the bindings of the makers' libraries share on the C side: loading a library at run time, the ring into which
// the libraries' threads put what they call back with, and keeping what they print away from the worker's protocol. Without a build tag of
// a binding it is all but empty, and needs no C compiler.
package native
