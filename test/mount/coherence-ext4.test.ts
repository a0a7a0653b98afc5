/** The control of the coherence suite: two names for one plain directory are coherent. */
import { openPlainPeers } from "../suites/coherence/peers.ts";
import { describeCoherence } from "../suites/coherence/suite.ts";

describeCoherence("two names for one plain directory", openPlainPeers);
