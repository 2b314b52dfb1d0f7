// SPDX-License-Identifier: Apache-2.0

// A Cloud Pub/Sub in memory: Google's pstest on a port of the loopback, until SIGTERM. On SIGUSR1 it
// says of each topic how many messages it got, and how often each was acknowledged.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sort"
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
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	server := pstest.NewServerWithAddress(fmt.Sprintf("127.0.0.1:%d", *port))
	fmt.Println("ready grpc://" + server.Addr)
	for {
		select {
		case <-asked:
			report(server)
		case <-end:
			return
		}
	}
}

type topic struct{ messages, leastAcks, mostDeliveries int }

func report(server *pstest.Server) {
	topics := map[string]*topic{}
	for _, message := range server.Messages() {
		t, known := topics[message.Topic]
		if !known {
			t = &topic{leastAcks: message.Acks}
			topics[message.Topic] = t
		}
		t.messages++
		t.leastAcks = min(t.leastAcks, message.Acks)
		t.mostDeliveries = max(t.mostDeliveries, message.Deliveries)
	}
	names := make([]string, 0, len(topics))
	for name := range topics {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t := topics[name]
		fmt.Printf("topic %s messages %d acks %d deliveries %d\n",
			name, t.messages, t.leastAcks, t.mostDeliveries)
	}
	fmt.Println("end of report")
}
