// Package osservice makes the program a service of the operating system: it installs, removes, starts and stops it, tells how it is, and
// carries what the running service and the service manager say to each other (ready, alive, ending).
//
// On Linux that is systemd, on Windows the service manager. The order of the steps is written against small interfaces and compiled
// everywhere, so that it is tested without either; only what calls Windows is in files of its own.
package osservice
