/**
 * Random faults at running pods of the application, on one server and on a cluster. The oracle stands outside:
 * {@link io.qbull.chaos.Receiver} is the system that the jobs are for, {@link io.qbull.chaos.Arrivals} judges what arrives there in which
 * order, {@link io.qbull.chaos.Sender} knows which jobs were accepted, {@link io.qbull.chaos.StallWatch} looks for partitions that do not
 * move and are not named, and {@link io.qbull.chaos.LogVolume} counts what the pods said. {@link io.qbull.chaos.Faults} lists the faults.
 */
@NullMarked
package io.qbull.chaos;

import org.jspecify.annotations.NullMarked;
