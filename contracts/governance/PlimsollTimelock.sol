// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Owner of bounds, classes, signers, sources and model hashes
/// @notice OpenZeppelin's timelock under a name of its own, so that deployments find it among the project's artifacts.
contract PlimsollTimelock is TimelockController {
    /// @param minDelaySec least time between scheduling and execution
    /// @param proposers may schedule and cancel
    /// @param executors may execute; the zero address admits everybody
    /// @param admin may set roles until it renounces; the zero address for none
    constructor(
        uint256 minDelaySec,
        address[] memory proposers,
        address[] memory executors,
        address admin
    ) TimelockController(minDelaySec, proposers, executors, admin) {}
}
