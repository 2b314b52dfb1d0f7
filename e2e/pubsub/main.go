// SPDX-License-Identifier: Apache-2.0

// A Cloud Pub/Sub in memory: Google's pstest on a port of the loopback, until SIGTERM.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	port := flag.Int("port", 0, "where to listen on 127.0.0.1; 0 for any free port")
	address := flag.String("list", "", "list what the server at this address has, and exit")
	project := flag.String("project", "p", "the project that is listed")
	flag.Parse()
	if *address != "" {
		listOrExit(*address, *project)
		return
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	server := pstest.NewServerWithAddress(fmt.Sprintf("127.0.0.1:%d", *port))
	fmt.Println("ready grpc://" + server.Addr)
	<-end
}
