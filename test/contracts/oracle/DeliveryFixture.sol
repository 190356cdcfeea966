// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {BreakerMode, BreakerReason, OracleStatus, RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {PositionTree} from "./PositionTree.sol";

/// @notice Reports, roots and proofs for the tests of delivery; positions 1 and 2 are registered.
abstract contract DeliveryFixture is OracleFixture {
    address internal constant SENTINEL = address(0x5e);
    address internal constant STRANGER = address(0xbad);

    function setUp() public virtual override {
        super.setUp();
        _oracle.setWatch(GUARDIAN, SENTINEL);
        _oracle.registerPosition(1, CLASS_ID);
        _oracle.registerPosition(2, CLASS_ID);
    }

    function _send(RiskReport memory report, bytes memory entries) internal returns (bytes memory outcomes) {
        return _oracle.submitReport(report, _attest(report), entries, "");
    }

    /// @dev One report that asks for ρ and π for the ids from `first` on.
    function _rows(uint256 first, uint256 count, uint16 rho, uint16 pi) internal pure returns (bytes memory entries) {
        for (uint256 id = first; id < first + count; ++id) {
            entries = bytes.concat(entries, _entry(uint48(id), 1, rho, pi));
        }
    }

    function _scoreBoth(uint16 rho) internal {
        _submit(_rows(1, 2, rho, 500));
    }

    function _halt() internal {
        vm.prank(GUARDIAN);
        _oracle.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
    }

    function _tightenOnly() internal {
        vm.prank(GUARDIAN);
        _oracle.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
    }

    function _expectBreaker(BreakerMode mode, BreakerReason reason) internal view {
        OracleStatus memory status = _oracle.status();
        assertEq(uint8(status.mode), uint8(mode), "mode");
        assertEq(uint8(status.reason), uint8(reason), "reason");
    }

    function _code(EntryOutcome outcome) internal pure returns (bytes memory code) {
        return abi.encodePacked(uint8(outcome));
    }

    /// @dev Publishes the root over `entries` in a report without entries.
    function _publish(IRiskOracle oracle, bytes memory entries) internal returns (RootHeader memory header) {
        RiskReport memory report = _report("", "");
        report.positionsRoot = _rootOf(report.epoch, entries);
        header = _headerOf(oracle, report);
        oracle.submitReport(report, _attestDigest(oracle.reportDigest(report), FIRST_THREE), "", "");
    }

    /// @dev The header that the next published root will have; `_places` roots were published by the test before.
    function _headerOf(IRiskOracle oracle, RiskReport memory report) internal returns (RootHeader memory header) {
        header.epoch = report.epoch;
        header.observedAt = report.observedAt;
        header.expiresAt = report.observedAt + uint40(oracle.deliveryLimits().rootValiditySec);
        header.place = uint8(_published[address(oracle)]++ % 4);
    }

    mapping(address oracle => uint256 count) internal _published;

    /// @dev Proves one entry.
    function _prove(
        IRiskOracle oracle,
        RootHeader memory header,
        bytes memory entry,
        bytes32[] memory proof
    ) internal returns (uint8 outcome) {
        bytes32[][] memory proofs = new bytes32[][](1);
        proofs[0] = proof;
        bytes memory outcomes = oracle.applyProofs(header, entry, proofs);
        // An expected revert returns nothing.
        return outcomes.length == 0 ? type(uint8).max : uint8(outcomes[0]);
    }

    function _rootOf(uint64 epoch, bytes memory entries) internal view returns (bytes32 root) {
        (root, ) = this.buildTree(epoch, entries, 0);
    }

    function _proofOf(
        uint64 epoch,
        bytes memory entries,
        uint256 index
    ) internal view returns (bytes32[] memory proof) {
        (, proof) = this.buildTree(epoch, entries, index);
    }

    function _proofsOf(uint64 epoch, bytes memory entries) internal view returns (bytes32[][] memory proofs) {
        proofs = new bytes32[][](entries.length / 16);
        for (uint256 index = 0; index < proofs.length; ++index) proofs[index] = _proofOf(epoch, entries, index);
    }

    function buildTree(
        uint256 epoch,
        bytes calldata entries,
        uint256 index
    ) external pure returns (bytes32 root, bytes32[] memory proof) {
        return PositionTree.build(epoch, entries, index);
    }

    function _at(bytes memory entries, uint256 index) internal pure returns (bytes memory entry) {
        entry = new bytes(16);
        for (uint256 at = 0; at < 16; ++at) entry[at] = entries[index * 16 + at];
    }
}
