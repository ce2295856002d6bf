// Package diagnosis says why a picture is black, and what to try next, in English and Chinese: it makes a report of what a session has
// been through and what the media server says of it. It asks nobody and keeps nothing.
package diagnosis
