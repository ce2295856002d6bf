// Package hik owns everything for which Hikvision's manuals lie open on the desk: ISAPI pages and their XML, what its refusals mean, the
// three channel numberings, the search for recordings and what its times mean, the pages that move cameras, and RTSP paths.
//
// It offers a device.Driver for the way over the network, ISAPI with RTSP or RTSP alone. Above it nobody knows the vendor.
package hik
