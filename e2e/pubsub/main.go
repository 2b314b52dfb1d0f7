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
	flag.Parse()
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	server := pstest.NewServerWithAddress(fmt.Sprintf("127.0.0.1:%d", *port))
	fmt.Println("ready grpc://" + server.Addr)
	<-end
}
