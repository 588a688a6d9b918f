// The peer in Go: connects, runs a script, disconnects; COUNT times, AT_A_TIME at a time.
package main

import (
	"context"
	"log"
	"os"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v4"
)

func once(script string) {
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close(ctx)
	// As pgbench and psql send it, one statement's rows after the other's.
	results := connection.PgConn().Exec(ctx, script)
	for results.NextResult() {
		for reader := results.ResultReader(); reader.NextRow(); {
			_ = reader.Values()
		}
	}
	if err := results.Close(); err != nil {
		log.Fatal(err)
	}
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	atATime, _ := strconv.Atoi(os.Args[2])
	script, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	jobs := make(chan bool, count)
	for i := 0; i < count; i++ {
		jobs <- true
	}
	close(jobs)
	var group sync.WaitGroup
	for i := 0; i < atATime; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for range jobs {
				once(string(script))
			}
		}()
	}
	group.Wait()
}
