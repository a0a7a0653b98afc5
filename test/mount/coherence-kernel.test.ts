/** What one peer does looks like a local process's work to another: host to guest, guest to host, guest to guest. */
import { sessionPeers } from "../suites/coherence/session.ts";
import { describeCoherence } from "../suites/coherence/suite.ts";

describeCoherence("a host and its guest", sessionPeers([0, 1]));
describeCoherence("a guest and its host", sessionPeers([1, 0]));
describeCoherence("two guests", sessionPeers([1, 2], { guests: 2 }));
