// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	pb "cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Prints the topics and subscriptions of a project, a line each, as a server says that they are.
func list(address, project string) error {
	channel, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer channel.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	topics, err := pb.NewPublisherClient(channel).ListTopics(ctx, &pb.ListTopicsRequest{Project: "projects/" + project})
	if err != nil {
		return err
	}
	for _, topic := range topics.Topics {
		fmt.Println(topic.Name)
	}
	subscriptions, err := pb.NewSubscriberClient(channel).ListSubscriptions(
		ctx, &pb.ListSubscriptionsRequest{Project: "projects/" + project})
	if err != nil {
		return err
	}
	for _, one := range subscriptions.Subscriptions {
		expiry := "never"
		if ttl := one.ExpirationPolicy.GetTtl(); ttl != nil {
			expiry = fmt.Sprint(ttl.Seconds)
		}
		fmt.Printf("%s of %s ordered=%v ack=%d retention=%d expiry=%s dead=%s/%d filter=%q\n",
			one.Name, one.Topic, one.EnableMessageOrdering, one.AckDeadlineSeconds,
			one.MessageRetentionDuration.GetSeconds(), expiry, one.DeadLetterPolicy.GetDeadLetterTopic(),
			one.DeadLetterPolicy.GetMaxDeliveryAttempts(), one.Filter)
	}
	return nil
}

func listOrExit(address, project string) {
	if err := list(address, project); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
