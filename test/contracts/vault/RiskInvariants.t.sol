// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {HandlerReport} from "../helpers/HandlerStats.sol";
import {MarketValves} from "../../../contracts/types/VaultTypes.sol";
import {RiskHandler} from "./RiskHandler.t.sol";
import {RiskWorld} from "./RiskHandlerBase.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title Invariants of parameters and liquidations on the real oracle, under a quorum that may be hostile as a whole
contract RiskInvariantsTest is ScoredFixture {
    RiskHandler private handler;

    function setUp() public override {
        super.setUp();
        vault.setMarketValves(MARKET, MarketValves(1e18, 1e18, 1 days));
        uint40 expiry = EXPIRY + 150 days;
        uint256[2] memory seriesIds = [
            vault.seriesIdOf(MARKET, STRIKE, expiry, true),
            vault.seriesIdOf(MARKET, STRIKE, expiry, false)
        ];
        handler = new RiskHandler(
            RiskWorld(vault, risk, _signers, feed, [writer, holder, liquidator], seriesIds, address(this))
        );
        feed.transferOwnership(address(handler));
        bytes4[] memory actions = new bytes4[](12);
        actions[0] = handler.open.selector;
        actions[1] = handler.changeRisk.selector;
        actions[2] = handler.exit.selector;
        actions[3] = handler.honest.selector;
        actions[4] = handler.hostile.selector;
        actions[5] = handler.flag.selector;
        actions[6] = handler.liquidate.selector;
        actions[7] = handler.walk.selector;
        actions[8] = handler.stall.selector;
        actions[9] = handler.trip.selector;
        actions[10] = handler.govern.selector;
        actions[11] = handler.donate.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: actions}));
    }

    /// @dev Each rule is checked by the handler at the call that could break it, and names itself.
    function invariant_12_to_22_25_NoCallBreaksARuleOfParametersOrLiquidation() external view {
        assertEq(handler.broken(), "");
    }

    function afterInvariant() external {
        HandlerReport.add("RiskHandler", handler.tallies());
    }
}
