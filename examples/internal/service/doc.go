// Package service is what a watch needs to be run as a service: a [Monitor] that is told how it gets on
// and tells it on, as a page about its health and as metrics, and a [Server] that serves both.
//
// Neither shows what a person would not put on a screen in the office: names of links, tools and services,
// figures, and reasons. No token, no secret and no signed URL gets here, since errors hold none.
package service
