// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {LiquidationSettings, MarketValves} from "../../../contracts/types/VaultTypes.sol";
import {PositionTree} from "../oracle/PositionTree.sol";
import {RelayingLiquidator} from "./RelayingLiquidator.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title Whoever applies parameters and liquidates at once: no gain, counted in token units
contract SameBlockTest is ScoredFixture {
    uint128 private constant MARGIN = 19_800e6;
    uint16 private constant TIGHTER = 3_310;
    uint256 private id;
    RelayingLiquidator private attacker;

    function setUp() public override {
        super.setUp();
        // Nothing but the grace stands in the attacker's way: budget, bounty, means and longs are his.
        vault.setMarketValves(MARKET, MarketValves(1_000_000_000e8, 1_000_000_000e8, 1 days));
        LiquidationSettings memory settings = _settings();
        settings.flagBountyBps = 100;
        vault.setLiquidationSettings(settings);
        id = _open(put, ONE, MARGIN);
        _push(_rows(id, 1, 3_010, 1_000));
        attacker = new RelayingLiquidator(vault, risk, quote);
        quote.mint(address(attacker), 1_000_000e6);
        _giveLongs(address(attacker), put, ONE);
        _later(1 hours, SPOT);
    }

    function test_V4_PushFlagAndLiquidateInOneTransactionGainsNothing() external {
        bytes32 before = _wealth();
        assertEq(uint8(_pushAndStrike(TIGHTER)[0]), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_wealth(), before);
        _expectOnlyTheRampLetsHimIn(before);
    }

    function test_V4_ProveFlagAndLiquidateInOneTransactionGainsNothing() external {
        bytes memory entries = bytes.concat(_entry(id, 1, TIGHTER, 1_000), _entry(id + 1, 1, TIGHTER, 1_000));
        RiskReport memory report = _reportOf("");
        bytes32[][] memory proofs = new bytes32[][](1);
        (report.positionsRoot, proofs[0]) = this.treeOf(report.epoch, entries);
        risk.submitReport(report, _signed(report), "", "");
        RootHeader memory header = RootHeader(
            report.epoch,
            report.observedAt,
            report.observedAt + uint40(risk.deliveryLimits().rootValiditySec),
            0
        );
        bytes32 before = _wealth();
        bytes memory outcomes = attacker.proveAndStrike(header, _entry(id, 1, TIGHTER, 1_000), proofs, id);
        assertEq(uint8(outcomes[0]), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_wealth(), before);
        _expectOnlyTheRampLetsHimIn(before);
    }

    /// @dev Even a report a block, each delivered by him: the grace of the first runs out and the ramp begins, no sooner.
    function test_V4_ManyReportsInARowOpenNoWindow() external {
        bytes32 before = _wealth();
        uint256 startedAt = block.timestamp;
        for (uint16 rho = TIGHTER; block.timestamp < startedAt + 9 minutes; rho += 50) {
            _pushAndStrike(rho);
            vm.warp(block.timestamp + 1 minutes);
        }
        assertEq(_wealth(), before);
    }

    /// @dev The market has put the position under water, so he may liquidate; a report in the same transaction adds nothing.
    function test_V4_AReportDuringTheAuctionRaisesNoReceipt() external {
        _setPrice(56_000e8);
        vault.flag(id);
        _later(5 minutes, 56_000e8);
        uint256 snapshot = vm.snapshotState();
        uint256 held = quote.balanceOf(address(attacker));
        attacker.strike(id);
        uint256 alone = quote.balanceOf(address(attacker)) - held;
        vm.revertToState(snapshot);
        RiskReport memory report = _reportOf(_entry(id, 1, 3_300, 1_100));
        bytes memory outcomes = attacker.pushAndStrike(report, _signed(report), _entry(id, 1, 3_300, 1_100), id);
        assertEq(uint8(outcomes[0]), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertGt(alone, 0);
        assertEq(quote.balanceOf(address(attacker)) - held, alone);
    }

    /// @dev A π that rises just before the flag counts for it. So much, and no more, can be gained: half a step of π over the
    /// time-value ceiling at the flag, what waiting a few minutes would have brought too.
    function test_V4_APenaltyRaisedJustBeforeTheFlagGainsHalfItsStep() external {
        _setPrice(56_000e8);
        uint256 snapshot = vm.snapshotState();
        uint256 alone = _receiptAfterFlag();
        vm.revertToState(snapshot);
        assertEq(_score(id, 1, 3_010, 1_100), uint8(EntryOutcome.APPLIED_TIGHTENED));
        vm.warp(block.timestamp - 2);
        uint256 withReport = _receiptAfterFlag();
        assertGt(withReport, alone);
        assertLe(withReport - alone, (ONE * 56_000e6 * 50) / 10_000 / ONE);
    }

    function treeOf(uint256 epoch, bytes calldata entries) external pure returns (bytes32, bytes32[] memory) {
        return PositionTree.build(epoch, entries, 0);
    }

    function _pushAndStrike(uint16 rho) private returns (bytes memory outcomes) {
        bytes memory entries = _entry(id, 1, rho, 1_000);
        vm.warp(block.timestamp + 2);
        RiskReport memory report = _reportOf(entries);
        return attacker.pushAndStrike(report, _signed(report), entries, id);
    }

    /// @dev Through the last second of the grace nothing; once the ramp is over the same strike succeeds.
    function _expectOnlyTheRampLetsHimIn(bytes32 before) private {
        _later(10 minutes, SPOT);
        attacker.strike(id);
        assertEq(_wealth(), before);
        _later(30 minutes, SPOT);
        attacker.strike(id);
        assertTrue(_wealth() != before);
    }

    /// @dev All that he and his victim have, in token units.
    function _wealth() private view returns (bytes32) {
        uint256 tokens = quote.balanceOf(address(attacker)) + vault.claimable(address(quote), address(attacker));
        return keccak256(abi.encode(tokens, longs.balanceOf(address(attacker), put), _view(id)));
    }

    function _receiptAfterFlag() private returns (uint256 payout) {
        vault.flag(id);
        return vault.liquidationQuote(id, 1e6).payout * 100;
    }
}
