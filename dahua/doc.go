// Package dahua owns everything for which Dahua's manuals lie open on the desk: CGI pages and their lines of key=value, what its refusals
// mean, channel numbers, and RTSP paths.
//
// It offers a device.Driver for the way over the network, CGI with RTSP or RTSP alone. Above it nobody knows the vendor.
package dahua
