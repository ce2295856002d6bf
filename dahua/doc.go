// Package dahua owns everything for which Dahua's manuals lie open on the desk: CGI pages and their lines of key=value, the JSON of
// RPC2 and its sessions, what its refusals mean, channel numbers, codes of movements, and RTSP paths.
//
// It offers a device.Driver for the way over the network, CGI and RPC2 with RTSP, or RTSP alone. Above it nobody knows the vendor.
package dahua
