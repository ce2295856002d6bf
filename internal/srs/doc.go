// Package srs asks an SRS server what it knows: its version, and the streams that it has, by its HTTP API of the versions 3 to 7. It
// changes nothing there. Few requests are made, however many ask: one list of the streams serves all of them.
//
// Sources: ossrs/srs, trunk/src/app/srs_app_http_api.cpp and srs_app_statistic.cpp of the releases 3.0 to 7.0; answers of 4.0.271,
// 5.0.213 and 6.0.155.
package srs
